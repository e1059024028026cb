#include "protocol/rules/quiet.hpp"

#include <date/tz.h>

#include <algorithm>
#include <exception>

namespace carillon::rules {

namespace {

using wall_time = date::local_time<milliseconds>;

/// Windows repeat every week, and one more day covers those that begin before it.
constexpr auto whole_week = date::days{8};

bool begins_on(const quiet_window& window, date::local_days day) {
  const std::chrono::weekday which{date::weekday{day}.c_encoding()};
  return std::ranges::find(window.days, which) != window.days.end();
}

/// When the window around that time ends; nothing where it is not around it.
std::optional<wall_time> end_of(const quiet_window& window, wall_time at) {
  const auto today = date::floor<date::days>(at);
  const auto length =
    window.to - window.from + (window.to > window.from ? date::days{0} : date::days{1});
  for (const auto day : {today - date::days{1}, today}) {
    const wall_time begin = day + window.from;
    if (begins_on(window, day) && begin <= at && at < begin + length)
      return begin + length;
  }
  return {};
}

std::optional<wall_time> end_of(const quiet_times& wanted, timestamp at) {
  const auto local = wanted.zone->to_local(at);
  std::optional<wall_time> last;
  for (const auto& window : wanted.windows)
    if (const auto end = end_of(window, local); end && (!last || *end > *last))
      last = end;
  return last;
}

/// When the wall shows that time after `at`, which may have been before the clock was set back.
timestamp next_time(const date::time_zone& zone, wall_time shown, timestamp at) {
  const auto first = zone.to_sys(shown, date::choose::earliest);
  return first > at ? first : zone.to_sys(shown, date::choose::latest);
}

}  // namespace

const date::time_zone* find_time_zone(const std::string& name) {
  try {
    const auto* zone = date::locate_zone(name);
    zone->get_info(date::sys_seconds{});  // some of the system's files are no zones
    return zone;
  } catch (const std::exception&) {
    return nullptr;
  }
}

bool quiet_at(const quiet_times& wanted, timestamp at) {
  return end_of(wanted, at).has_value();
}

std::optional<timestamp> quiet_until(const quiet_times& wanted, timestamp at) {
  const auto latest = at + whole_week;
  while (at <= latest) {
    const auto end = end_of(wanted, at);
    if (!end)
      return at;
    at = next_time(*wanted.zone, *end, at);
  }
  return {};
}

}  // namespace carillon::rules
