#include "protocol/rules/render/helpers.hpp"

#include <cstdint>

namespace carillon::rules::render {

namespace {

/// The capital of a letter of two bytes in UTF-8; itself where it has none.
char32_t capital_of(char32_t c) {
  const auto between = [c](char32_t first, char32_t last) { return c >= first && c <= last; };
  if (c == 0xB5)
    return 0x39C;  // the micro sign is a Greek letter
  if (between(0xE0, 0xFE) && c != 0xF7)
    return c - 0x20;
  if (c == 0xFF)
    return 0x178;
  // Latin Extended-A goes in pairs, the capital first; two stretches begin with
  // an odd one.
  const bool odd = between(0x139, 0x148) || between(0x179, 0x17E);
  if (between(0x100, 0x17E) && c != 0x131 && c != 0x138 && c != 0x149 && c != 0x178)
    return odd ? c - (c % 2 == 0) : c - (c % 2 == 1);
  if (c == 0x131)
    return U'I';
  if (between(0x3B1, 0x3C9))
    return c == 0x3C2 ? 0x3A3 : c - 0x20;
  if (c == 0x3AC)
    return 0x386;
  if (between(0x3AD, 0x3AF))
    return c - 0x25;
  if (c == 0x3CC)
    return 0x38C;
  if (between(0x3CD, 0x3CE))
    return c - 0x3F;
  if (between(0x430, 0x44F))
    return c - 0x20;
  if (between(0x450, 0x45F))
    return c - 0x50;
  if (between(0x460, 0x481) || between(0x48A, 0x4BF))
    return c - (c % 2 == 1);
  return c;
}

void append_two_bytes(std::string& out, char32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
    return;
  }
  out += static_cast<char>(0xC0 | c >> 6);
  out += static_cast<char>(0x80 | (c & 0x3F));
}

}  // namespace

std::string upper_case(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 'a' && c <= 'z') {
      out += static_cast<char>(c - 0x20);
    } else if (c < 0xC2 || c > 0xDF || i + 1 == text.size()) {
      out += text[i];
    } else {
      const auto next = static_cast<unsigned char>(text[++i]);
      const char32_t letter = (c & 0x1FU) << 6 | (next & 0x3FU);
      if (letter == 0xDF)
        out += "SS";
      else
        append_two_bytes(out, capital_of(letter));
    }
  }
  return out;
}

}  // namespace carillon::rules::render
