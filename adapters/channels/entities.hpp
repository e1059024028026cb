#pragma once

#include <string>
#include <string_view>

namespace carillon::channels {

/// A text with entities (`&amp;`) in place of the characters that have a meaning in HTML and in
/// what is like it; `special` says which of `&<>"` have one there.
std::string with_entities(std::string_view text, std::string_view special = "&<>\"");

}  // namespace carillon::channels
