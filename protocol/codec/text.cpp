#include "protocol/codec/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace carillon::codec {

namespace {

/// For each byte: 0 goes in as it is, 'u' as \u00XX, anything else as a backslash and itself.
constexpr auto escapes = [] {
  std::array<char, 256> table{};
  for (int c = 0; c < 0x20; ++c)
    table[c] = 'u';
  table['\b'] = 'b';
  table['\t'] = 't';
  table['\n'] = 'n';
  table['\f'] = 'f';
  table['\r'] = 'r';
  table['"'] = '"';
  table['\\'] = '\\';
  return table;
}();

constexpr bool continues(unsigned char c) {
  return (c & 0xc0) == 0x80;
}

/// The size of the well-formed sequence that begins there, 0 if none does.
std::size_t sequence_size(const unsigned char* p, std::size_t left) {
  const auto lead = p[0];
  if (lead < 0x80)
    return 1;
  if (lead < 0xc2 || lead > 0xf4)
    return 0;
  const std::size_t size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (left < size)
    return 0;
  // The second byte's range excludes long forms, surrogates and what is above U+10FFFF.
  const unsigned char low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const unsigned char high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  if (p[1] < low || p[1] > high)
    return 0;
  for (std::size_t i = 2; i < size; ++i)
    if (!continues(p[i]))
      return 0;
  return size;
}

/// The byte where character number `characters` begins, counted from 0.
std::size_t offset_of(std::string_view text, std::size_t characters) {
  std::size_t seen = 0;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (!continues(static_cast<unsigned char>(text[i])) && seen++ == characters)
      return i;
  return text.size();
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  constexpr char digits[] = "0123456789abcdef";
  out += '"';
  std::size_t plain = 0;  // where what is not yet appended begins
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const char escape = escapes[c];
    if (escape == 0)
      continue;
    out.append(text, plain, i - plain);
    out += '\\';
    out += escape;
    if (escape == 'u') {
      out += "00";
      out += digits[c >> 4];
      out += digits[c & 15];
    }
    plain = i + 1;
  }
  out.append(text, plain);
  out += '"';
}

void append_json_string_or_null(std::string& out, std::string_view text) {
  if (text.empty())
    out += "null";
  else
    append_json_string(out, text);
}

bool is_utf8(std::string_view text) {
  const auto* p = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t left = text.size();
  while (left > 0) {
    if (left >= 8) {  // most text is ASCII: eight bytes at a time
      std::uint64_t chunk;
      std::memcpy(&chunk, p, sizeof chunk);
      if ((chunk & 0x8080808080808080) == 0) {
        p += 8;
        left -= 8;
        continue;
      }
    }
    const auto size = sequence_size(p, left);
    if (size == 0)
      return false;
    p += size;
    left -= size;
  }
  return true;
}

std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(
    std::ranges::count_if(text, [](char c) { return !continues(static_cast<unsigned char>(c)); }));
}

std::string cut(std::string_view text, std::size_t bytes, std::string_view mark) {
  if (text.size() <= bytes)
    return std::string{text};
  std::size_t kept = bytes > mark.size() ? bytes - mark.size() : 0;
  while (kept > 0 && continues(static_cast<unsigned char>(text[kept])))
    --kept;
  std::string out{text.substr(0, kept)};
  out += mark;
  return out;
}

std::string cut_characters(std::string_view text, std::size_t characters, std::string_view mark) {
  if (text.size() <= characters || offset_of(text, characters) == text.size())
    return std::string{text};
  const auto room = characters - std::min(characters, code_points(mark));
  std::string out{text.substr(0, offset_of(text, room))};
  out += mark;
  return out;
}

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

}  // namespace carillon::codec
