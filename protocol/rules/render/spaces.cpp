#include "protocol/rules/render/spaces.hpp"

#include <algorithm>
#include <array>

namespace carillon::rules::render {

namespace {

constexpr std::array<std::string_view, 19> wide_spaces{
  "\u00A0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004",
  "\u2005", "\u2006", "\u2007", "\u2008", "\u2009", "\u200A", "\u2028",
  "\u2029", "\u202F", "\u205F", "\u3000", "\uFEFF"};

bool narrow_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

std::size_t trailing_space(std::string_view text) {
  if (text.empty())
    return 0;
  if (narrow_space(text.back()))
    return 1;
  const auto found =
    std::ranges::find_if(wide_spaces, [&](std::string_view x) { return text.ends_with(x); });
  return found == wide_spaces.end() ? 0 : found->size();
}

}  // namespace

std::size_t leading_space(std::string_view text) noexcept {
  if (text.empty())
    return 0;
  if (narrow_space(text.front()))
    return 1;
  if (static_cast<unsigned char>(text.front()) < 0x80)
    return 0;
  const auto found =
    std::ranges::find_if(wide_spaces, [&](std::string_view x) { return text.starts_with(x); });
  return found == wide_spaces.end() ? 0 : found->size();
}

std::size_t leading_spaces(std::string_view text) noexcept {
  std::size_t at = 0;
  while (const auto n = leading_space(text.substr(at)))
    at += n;
  return at;
}

std::size_t trailing_spaces(std::string_view text) noexcept {
  std::size_t n = 0;
  while (const auto more = trailing_space(text.substr(0, text.size() - n)))
    n += more;
  return n;
}

}  // namespace carillon::rules::render
