#include "protocol/rules/render/value.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace carillon::rules::render {

namespace {

/// An array index in its one spelling: no sign, no leading zero.
bool read_index(std::string_view name, std::size_t& index) {
  if (name.empty() || name.size() > 9 || (name[0] == '0' && name.size() > 1))
    return false;
  const auto end = name.data() + name.size();
  return std::from_chars(name.data(), end, index).ptr == end;
}

value length_of(const value& x) {
  if (x.is == value::kind::array)
    return value::of(static_cast<std::int64_t>(x.size));
  // JavaScript counts UTF-16 units: characters over U+FFFF are two.
  std::int64_t units = 0;
  for (const unsigned char c : x.text())
    units += ((c & 0xC0) != 0x80) + (c >= 0xF0);
  return value::of(units);
}

/// The character that is a text's UTF-16 unit of that index; undefined for half
/// of one.
value character_of(std::string_view text, std::size_t index) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t bytes = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    const std::size_t units = bytes == 4 ? 2 : 1;
    if (index < units)
      return units == 1 ? value::of(text.substr(i, bytes)) : value{};
    index -= units;
    i += bytes;
  }
  return {};
}

void append_items(std::string& out, const value& x, std::size_t bound) {
  for (std::size_t i = 0; i < x.size && out.size() <= bound; ++i) {
    if (i > 0)
      out += ',';
    append_text(out, x.items[i], bound);
  }
}

template <class Integer>
void append_integer(std::string& out, Integer x) {
  std::array<char, 24> digits;
  const auto* end = std::to_chars(digits.data(), digits.data() + digits.size(), x).ptr;
  out += std::string_view{digits.data(), end};
}

/// The digits of a number and where its point is: 0.d1d2… times ten to the
/// `exponent`.
struct decimal {
  std::string_view digits;
  int exponent;
};

decimal shortest(double x, std::array<char, 32>& room) {
  // `d.ddde±dd`, the fewest digits that read back as the same number.
  auto* end =
    std::to_chars(room.data(), room.data() + room.size(), x, std::chars_format::scientific).ptr;
  auto* e = std::find(room.data(), end, 'e');
  int exponent = 0;
  std::from_chars(e[1] == '+' ? e + 2 : e + 1, end, exponent);
  if (e - room.data() > 1) {  // the first digit takes the point's place
    room[1] = room[0];
    return {{room.data() + 1, static_cast<std::size_t>(e - room.data() - 1)}, exponent + 1};
  }
  return {{room.data(), 1}, exponent + 1};
}

void append_scientific(std::string& out, const decimal& x) {
  out += x.digits[0];
  if (x.digits.size() > 1)
    out.append(".").append(x.digits.substr(1));
  out += x.exponent > 0 ? "e+" : "e-";
  append_integer(out, std::abs(x.exponent - 1));
}

}  // namespace

void append_number(std::string& out, double x) {
  if (x == 0) {
    out += '0';
    return;
  }
  // In this range the fewest digits are the same in either notation.
  if (const auto size = std::abs(x); size >= 1e-6 && size < 1e15) {
    std::array<char, 32> digits;
    const auto* end =
      std::to_chars(digits.data(), digits.data() + digits.size(), x, std::chars_format::fixed).ptr;
    out += std::string_view{digits.data(), end};
    return;
  }
  if (x < 0)
    out += '-';
  std::array<char, 32> room;
  const auto d = shortest(std::abs(x), room);
  const auto count = static_cast<int>(d.digits.size());
  // ECMAScript, Number::toString: plain digits between 1e-6 and 1e21.
  if (d.exponent > 21 || d.exponent < -5)
    return append_scientific(out, d);
  if (d.exponent <= 0) {
    out += "0.";
    out.append(static_cast<std::size_t>(-d.exponent), '0').append(d.digits);
  } else if (count <= d.exponent) {
    out.append(d.digits).append(static_cast<std::size_t>(d.exponent - count), '0');
  } else {
    const auto whole = static_cast<std::size_t>(d.exponent);
    out.append(d.digits.substr(0, whole)).append(".").append(d.digits.substr(whole));
  }
}

void append_text(std::string& out, const value& x, std::size_t bound) {
  switch (x.is) {
    case value::kind::undefined:
    case value::kind::null:
      return;
    case value::kind::boolean:
      out += x.flag ? "true" : "false";
      return;
    case value::kind::integer:
      return append_integer(out, x.integer);
    case value::kind::natural:
      return append_integer(out, x.natural);
    case value::kind::real:
      return append_number(out, x.real);
    case value::kind::text:
      out += x.text();
      return;
    case value::kind::array:
      return append_items(out, x, bound);
    case value::kind::object:
      out += "[object Object]";
  }
}

double value::as_double() const noexcept {
  switch (is) {
    case kind::integer:
      return static_cast<double>(integer);
    case kind::natural:
      return static_cast<double>(natural);
    case kind::real:
      return real;
    default:
      return 0;
  }
}

bool value::empty() const noexcept {
  switch (is) {
    case kind::undefined:
    case kind::null:
      return true;
    case kind::boolean:
      return !flag;
    case kind::text:
    case kind::array:
      return size == 0;
    default:
      return false;
  }
}

bool value::falsy() const noexcept {
  return empty() || (number() && as_double() == 0);
}

value member_table::find_indexed(std::string_view name) const noexcept {
  const auto* end = by_name + count;
  const auto* found = std::lower_bound(
    by_name, end, name,
    [&](std::uint32_t at, std::string_view wanted) { return first[at].name < wanted; });
  return found != end && first[*found].name == name ? first[*found].what : value{};
}

value value::at(std::string_view name) const noexcept {
  if (is == kind::object)
    return members->find(name);
  if (is != kind::array && is != kind::text)
    return {};
  std::size_t index = 0;
  if (read_index(name, index)) {
    if (is == kind::text)
      return character_of(text(), index);
    return index < size ? items[index] : value{};
  }
  return name == "length" ? length_of(*this) : value{};
}

bool same(const value& a, const value& b) noexcept {
  if (a.number() && b.number()) {
    const bool whole = a.is != value::kind::real && b.is != value::kind::real;
    return whole ? a.is == b.is && a.integer == b.integer : a.as_double() == b.as_double();
  }
  if (a.is != b.is)
    return false;
  switch (a.is) {
    case value::kind::boolean:
      return a.flag == b.flag;
    case value::kind::text:
      return a.text() == b.text();
    case value::kind::array:
      return a.items == b.items;
    case value::kind::object:
      return a.members == b.members;
    default:
      return true;
  }
}

}  // namespace carillon::rules::render
