#include "adapters/channels/utf16.hpp"

namespace carillon::channels {

namespace {

/// The units that a character has whose first byte this is; the bytes behind it have none.
constexpr std::size_t units_at(unsigned char first) {
  if ((first & 0xC0) == 0x80)
    return 0;
  return first >= 0xF0 ? 2 : 1;
}

}  // namespace

std::size_t utf16_units(std::string_view text) {
  std::size_t units = 0;
  for (const unsigned char byte : text)
    units += units_at(byte);
  return units;
}

std::string cut_utf16(std::string_view text, std::size_t most) {
  std::size_t units = 0;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto more = units_at(static_cast<unsigned char>(text[i]));
    if (units < most)  // the mark takes one
      kept = more == 0 || units + more < most ? i + 1 : kept;
    units += more;
  }
  if (units <= most)
    return std::string{text};
  return std::string{text.substr(0, kept)}.append("…");
}

}  // namespace carillon::channels
