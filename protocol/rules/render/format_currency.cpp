#include "protocol/rules/render/helpers.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace carillon::rules::render {

namespace {

struct currency {
  std::string_view code;
  std::string_view symbol;
  std::size_t places;
};

constexpr std::array currencies{
  currency{"CNY", "¥", 2},   currency{"USD", "$", 2},   currency{"EUR", "€", 2},
  currency{"GBP", "£", 2},   currency{"JPY", "¥", 0},   currency{"KRW", "₩", 0},
  currency{"HKD", "HK$", 2}, currency{"TWD", "NT$", 2}, currency{"INR", "₹", 2},
};

/// An amount as plain decimal digits, without its sign; empty for what is no
/// amount.
std::string digits_of(const value& x, bool& negative) {
  std::string text;
  if (x.is == value::kind::text) {
    double n = 0;
    const auto all = x.text();
    const auto read = std::from_chars(all.data(), all.data() + all.size(), n);
    if (read.ec != std::errc{} || read.ptr != all.data() + all.size() || !std::isfinite(n))
      return {};
    append_text(text, value::of(n), 64);
  } else if (x.number()) {
    append_text(text, x, 64);
  }
  negative = text.starts_with('-');
  if (negative)
    text.erase(0, 1);
  return text.find('e') == std::string::npos ? text : std::string{};
}

/// Rounds half up in decimal: 1.005 is 1.01.
void round_to(std::string& digits, std::size_t places) {
  if (digits.find('.') == std::string::npos)
    digits += '.';
  const auto point = digits.find('.');
  if (digits.size() < point + 1 + places)
    digits.append(point + 1 + places - digits.size(), '0');
  const bool up = digits.size() > point + 1 + places && digits[point + 1 + places] >= '5';
  digits.resize(point + 1 + places);
  if (up) {
    auto at = digits.size();
    while (at > 0 && (digits[at - 1] == '9' || digits[at - 1] == '.')) {
      if (digits[--at] == '9')
        digits[at] = '0';
    }
    if (at > 0)
      ++digits[at - 1];
    else
      digits.insert(0, 1, '1');
  }
  if (places == 0)
    digits.pop_back();
}

void group_thousands(std::string& digits) {
  auto at = std::min(digits.find('.'), digits.size());
  while (at > 3) {
    at -= 3;
    digits.insert(at, 1, ',');
  }
}

}  // namespace

value format_currency(std::span<const value> arguments, helper_room& room) {
  bool negative = false;
  auto digits = digits_of(arguments[0], negative);
  if (digits.empty() || arguments[1].is != value::kind::text)
    return arguments[0];
  const auto code = arguments[1].text();
  const auto known = std::ranges::find(currencies, code, &currency::code);
  round_to(digits, known == currencies.end() ? 2 : known->places);
  negative = negative && digits.find_first_of("123456789") != std::string::npos;
  group_thousands(digits);
  std::string out = negative ? "-" : "";
  if (known == currencies.end())
    out.append(code).append(" ");
  else
    out += known->symbol;
  return room.keep(out + digits);
}

}  // namespace carillon::rules::render
