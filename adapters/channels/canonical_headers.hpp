#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace carillon::channels {

/// The headers of a request as the signatures of the Chinese clouds want them.
struct canonical_headers {
  /// `name:value` and a line feed each, names in lower case and sorted, values trimmed.
  std::string lines{};
  /// The names in that order with `;` between.
  std::string names{};
};

canonical_headers canonical(const std::vector<std::pair<std::string, std::string>>& headers);

/// The value of `Host` that the transport sends for a URL: without the scheme's own port.
std::string host_of(std::string_view url);

/// The path of a URL, at least `/`, without its query.
std::string path_of(std::string_view url);

}  // namespace carillon::channels
