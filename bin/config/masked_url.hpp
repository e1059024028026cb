#pragma once

#include <string>
#include <string_view>

namespace carillon::configuration {

/// A URL with `mask` in place of its password (of what stands before the @ where that has none) and
/// of each value in its query; any other text as it is.
std::string masked_url(std::string_view text);

/// Whether a URL has `mask` where it hides a secret: it is one that was shown.
bool is_masked_url(std::string_view text);

}  // namespace carillon::configuration
