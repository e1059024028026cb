#include "protocol/codec/time.hpp"
#include "protocol/rules/quiet.hpp"
#include "protocol/rules/render/helpers.hpp"

#include <date/tz.h>

#include <array>
#include <cmath>
#include <optional>

namespace carillon::rules::render {

namespace {

/// The largest time JavaScript's dates have, in milliseconds.
constexpr double last_moment = 8.64e15;

std::optional<timestamp> moment_of(const value& x) {
  if (x.number()) {
    const auto millis = x.as_double();
    if (std::abs(millis) > last_moment)
      return {};
    return from_millis(static_cast<std::int64_t>(millis));
  }
  if (x.is != value::kind::text)
    return {};
  if (auto at = codec::parse_rfc3339(x.text()))
    return at;
  // A day alone, and a time without seconds.
  std::string text{x.text()};
  constexpr std::string_view day = "YYYY-MM-DD";
  constexpr std::string_view minute = "YYYY-MM-DDTHH:mm";
  if (text.size() == day.size())
    text += "T00:00:00";
  else if (text.size() == minute.size())
    text += ":00";
  return codec::parse_rfc3339(text);
}

/// A moment's parts where the recipient is.
struct wall {
  date::year_month_day day;
  int hour;
  int minute;
  int second;
  int milli;
};

wall wall_of(timestamp at, const date::time_zone* zone) {
  const auto millis = date::sys_time<milliseconds>{at.time_since_epoch()};
  const auto local = zone == nullptr ? date::local_time<milliseconds>{millis.time_since_epoch()}
                                     : zone->to_local(millis);
  const auto day = date::floor<date::days>(local);
  const auto rest = static_cast<int>((local - day).count());
  return {date::year_month_day{day}, rest / 3'600'000, rest / 60'000 % 60, rest / 1000 % 60,
          rest % 1000};
}

void append_number(std::string& out, int n, std::size_t digits) {
  const auto text = std::to_string(n);
  if (text.size() < digits)
    out.append(digits - text.size(), '0');
  out += text;
}

/// Appends what the token at the start of `format` stands for; its length, 0
/// for no token.
std::size_t append_token(std::string& out, std::string_view format, const wall& at) {
  const auto month = static_cast<int>(static_cast<unsigned>(at.day.month()));
  const auto day = static_cast<int>(static_cast<unsigned>(at.day.day()));
  const int year = static_cast<int>(at.day.year());
  const int twelve = (at.hour + 11) % 12 + 1;
  struct token {
    std::string_view name;
    int number;
    std::size_t digits;
  };
  const std::array tokens{
    token{"YYYY", year, 4},    token{"YY", year % 100, 2}, token{"MM", month, 2},
    token{"M", month, 1},      token{"DD", day, 2},        token{"D", day, 1},
    token{"HH", at.hour, 2},   token{"H", at.hour, 1},     token{"hh", twelve, 2},
    token{"h", twelve, 1},     token{"mm", at.minute, 2},  token{"m", at.minute, 1},
    token{"ss", at.second, 2}, token{"s", at.second, 1},   token{"SSS", at.milli, 3},
  };
  for (const auto& x : tokens)
    if (format.starts_with(x.name)) {
      append_number(out, x.number, x.digits);
      return x.name.size();
    }
  if (!format.starts_with('A'))
    return 0;
  out += at.hour < 12 ? "AM" : "PM";
  return 1;
}

}  // namespace

value format_date(std::span<const value> arguments, helper_room& room) {
  const auto at = moment_of(arguments[0]);
  if (!at || arguments[1].is != value::kind::text)
    return arguments[0];
  const auto* zone = room.zone();
  if (arguments.size() > 2 && arguments[2].is == value::kind::text)
    if (const auto* named = find_time_zone(std::string{arguments[2].text()}))
      zone = named;
  const auto wall = wall_of(*at, zone);
  auto format = arguments[1].text();
  std::string out;
  while (!format.empty()) {
    const auto end = format.front() == '[' ? format.find(']') : std::string_view::npos;
    auto n = end == std::string_view::npos ? append_token(out, format, wall) : end + 1;
    if (end != std::string_view::npos)
      out += format.substr(1, end - 1);
    else if (n == 0)
      out += format[n++];
    format.remove_prefix(n);
  }
  return room.keep(std::move(out));
}

}  // namespace carillon::rules::render
