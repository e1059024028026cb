#pragma once

#include <cstddef>
#include <string_view>

namespace carillon::rules::render {

/// The bytes of the white space character that `text` begins with; 0 where it
/// begins with none. White space is what it is in JavaScript's regular
/// expressions.
std::size_t leading_space(std::string_view text) noexcept;

/// The bytes of white space in front, and at the end.
std::size_t leading_spaces(std::string_view text) noexcept;
std::size_t trailing_spaces(std::string_view text) noexcept;

}  // namespace carillon::rules::render
