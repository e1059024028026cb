#pragma once

#include <string>
#include <utility>
#include <vector>

namespace carillon::channels::acs3 {

using pairs = std::vector<std::pair<std::string, std::string>>;

/// A request to Alibaba Cloud as it goes over the wire, but for its `Authorization`:
/// https://help.aliyun.com/document_detail/2593177.html
struct call {
  std::string method{"POST"};
  std::string path{"/"};
  /// As `canonical_query` makes it.
  std::string query{};
  /// All that are signed: `host`, `content-type` where there is a body, every `x-acs-*`.
  pairs headers{};
  std::string body{};
};

/// The parameters as they are both sent and signed: sorted by name, encoded as RFC 3986 says.
std::string canonical_query(pairs parameters);

std::string canonical_request(const call& what);

std::string string_to_sign(const call& what);

/// The value of `Authorization`, ACS3-HMAC-SHA256.
std::string authorization(const call& what, const std::string& key_id,
                          const std::string& key_secret);

}  // namespace carillon::channels::acs3
