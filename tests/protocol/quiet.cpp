#define CAF_SUITE quiet

#include "protocol/rules/quiet.hpp"

#include "protocol/codec/time.hpp"

#include "tests/caf_test.hpp"

namespace quiet_suite {

using namespace carillon;
using namespace std::chrono_literals;

namespace {

using std::chrono::weekday;

const std::vector<weekday> every_day{
  std::chrono::Monday, std::chrono::Tuesday,  std::chrono::Wednesday, std::chrono::Thursday,
  std::chrono::Friday, std::chrono::Saturday, std::chrono::Sunday};

timestamp at(std::string_view text) {
  return codec::parse_rfc3339(text).value();
}

quiet_times times(const std::string& zone, std::vector<quiet_window> windows) {
  return {zone, rules::find_time_zone(zone), std::move(windows)};
}

std::string until(const quiet_times& wanted, std::string_view from) {
  const auto end = rules::quiet_until(wanted, at(from));
  return end ? codec::rfc3339(*end).substr(0, 16) : "never";
}

}  // namespace

CAF_TEST(a zone is known by its name and by nothing else) {
  CAF_CHECK(rules::find_time_zone("Asia/Shanghai") != nullptr);
  CAF_CHECK(rules::find_time_zone("UTC") != nullptr);
  for (const auto* name : {"", "Asia", "Mars/Olympus", "../passwd", "tzdata.zi", "zone.tab"})
    CAF_CHECK(rules::find_time_zone(name) == nullptr);
}

CAF_TEST(a window holds its beginning and not its end in the local time of its zone) {
  const auto lunch = times("Asia/Shanghai", {{every_day, 12h, 13h + 30min}});
  CAF_CHECK(!rules::quiet_at(lunch, at("2026-03-04T11:59:59.999+08:00")));
  CAF_CHECK(rules::quiet_at(lunch, at("2026-03-04T12:00:00+08:00")));
  CAF_CHECK(rules::quiet_at(lunch, at("2026-03-04T13:29:59.999+08:00")));
  CAF_CHECK(!rules::quiet_at(lunch, at("2026-03-04T13:30:00+08:00")));
  CAF_CHECK(!rules::quiet_at(lunch, at("2026-03-04T12:30:00Z")));
}

CAF_TEST(a window over midnight belongs to the day on which it begins) {
  // 2026-03-06 is a Friday.
  const auto night = times("UTC", {{{std::chrono::Friday}, 22h, 7h + 30min}});
  CAF_CHECK(!rules::quiet_at(night, at("2026-03-06T06:00:00Z")));
  CAF_CHECK(!rules::quiet_at(night, at("2026-03-06T21:59:00Z")));
  CAF_CHECK(rules::quiet_at(night, at("2026-03-06T22:00:00Z")));
  CAF_CHECK(rules::quiet_at(night, at("2026-03-07T00:00:00Z")));
  CAF_CHECK(rules::quiet_at(night, at("2026-03-07T07:29:00Z")));
  CAF_CHECK(!rules::quiet_at(night, at("2026-03-07T07:30:00Z")));
  CAF_CHECK(!rules::quiet_at(night, at("2026-03-07T22:30:00Z")));
}

CAF_TEST(from a time to the same time is a whole day) {
  const auto sunday = times("UTC", {{{std::chrono::Sunday}, 0h, 0h}});
  CAF_CHECK(!rules::quiet_at(sunday, at("2026-03-07T23:59:59Z")));
  CAF_CHECK(rules::quiet_at(sunday, at("2026-03-08T00:00:00Z")));
  CAF_CHECK(rules::quiet_at(sunday, at("2026-03-08T23:59:59Z")));
  CAF_CHECK(!rules::quiet_at(sunday, at("2026-03-09T00:00:00Z")));
}

CAF_TEST(quiet ends where the last of the windows that follow each other does) {
  const auto wanted = times("Asia/Shanghai", {{every_day, 22h, 7h + 30min},
                                              {{std::chrono::Saturday}, 7h, 10h},
                                              {{std::chrono::Saturday}, 10h, 11h}});
  CAF_CHECK_EQUAL(until(wanted, "2026-03-04T20:00:00+08:00"), "2026-03-04T12:00");
  CAF_CHECK_EQUAL(until(wanted, "2026-03-04T23:00:00+08:00"), "2026-03-04T23:30");
  CAF_CHECK_EQUAL(until(wanted, "2026-03-06T23:00:00+08:00"), "2026-03-07T03:00");
}

CAF_TEST(windows that leave no room in a week never end) {
  CAF_CHECK_EQUAL(until(times("UTC", {{every_day, 9h, 9h}}), "2026-03-04T20:00:00Z"), "never");
  CAF_CHECK_EQUAL(until(times("UTC", {}), "2026-03-04T20:00:00Z"), "2026-03-04T20:00");
}

CAF_TEST(in spring the hour that is left out is nobody s) {
  // Berlin, 2026-03-29: 02:00 is 03:00, at 01:00 UTC.
  const auto wanted = times("Europe/Berlin", {{every_day, 22h, 2h + 30min}});
  CAF_CHECK(rules::quiet_at(wanted, at("2026-03-29T00:59:59Z")));
  CAF_CHECK(!rules::quiet_at(wanted, at("2026-03-29T01:00:00Z")));
  CAF_CHECK_EQUAL(until(wanted, "2026-03-28T21:30:00Z"), "2026-03-29T01:00");
  const auto gap = times("Europe/Berlin", {{every_day, 2h, 3h}});
  CAF_CHECK_EQUAL(until(gap, "2026-03-29T01:00:00Z"), "2026-03-29T01:00");
  // The evening after is an hour earlier in UTC than the evening before.
  CAF_CHECK(!rules::quiet_at(wanted, at("2026-03-28T20:59:00Z")));
  CAF_CHECK(rules::quiet_at(wanted, at("2026-03-29T20:00:00Z")));
}

CAF_TEST(in autumn the hour that comes twice is quiet twice) {
  // Berlin, 2026-10-25: 03:00 is 02:00 again, at 01:00 UTC.
  const auto wanted = times("Europe/Berlin", {{every_day, 2h + 15min, 2h + 45min}});
  CAF_CHECK(rules::quiet_at(wanted, at("2026-10-25T00:15:00Z")));
  CAF_CHECK(!rules::quiet_at(wanted, at("2026-10-25T00:45:00Z")));
  CAF_CHECK(rules::quiet_at(wanted, at("2026-10-25T01:15:00Z")));
  CAF_CHECK(!rules::quiet_at(wanted, at("2026-10-25T01:45:00Z")));
  CAF_CHECK_EQUAL(until(wanted, "2026-10-25T00:20:00Z"), "2026-10-25T00:45");
  CAF_CHECK_EQUAL(until(wanted, "2026-10-25T01:20:00Z"), "2026-10-25T01:45");
  const auto night = times("Europe/Berlin", {{every_day, 22h, 7h}});
  CAF_CHECK_EQUAL(until(night, "2026-10-24T20:00:00Z"), "2026-10-25T06:00");
}

}  // namespace quiet_suite
