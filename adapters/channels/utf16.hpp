#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace carillon::channels {

/// The number of UTF-16 units of UTF-8 text: what providers mean by characters that count as
/// JavaScript and Java do.
std::size_t utf16_units(std::string_view text);

/// `text`, or its beginning on a character's border with `…` behind it where it has more units;
/// never more than `most`, which is at least 1.
std::string cut_utf16(std::string_view text, std::size_t most);

}  // namespace carillon::channels
