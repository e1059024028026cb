#define CAF_SUITE rush

#include "protocol/rules/rush.hpp"

#include <array>
#include <limits>
#include <random>

#include "tests/caf_test.hpp"

namespace rush_suite {

using namespace carillon;
using namespace std::chrono_literals;
using rules::past_the_rush;

namespace {

/// 2027-01-15, 08:00 UTC.
constexpr timestamp hour = from_millis(1'800'000'000'000);

constexpr std::uint64_t drawing(milliseconds moment) {
  return static_cast<std::uint64_t>(moment.count());
}

}  // namespace

CAF_TEST(what could go at the hour or half hour waits for its moment of the minute) {
  for (const auto start : {hour, hour + 30min, hour + 24h, hour - 90min}) {
    CAF_CHECK(past_the_rush(start, drawing(42s)) == 42s);
    CAF_CHECK(past_the_rush(start + 2s, drawing(42s)) == 40s);
    CAF_CHECK(past_the_rush(start + 41'999ms, drawing(42s)) == 1ms);
    CAF_CHECK(past_the_rush(start, drawing(0s)) == 0s);
  }
}

CAF_TEST(once its moment has come nothing waits again) {
  CAF_CHECK(past_the_rush(hour + 42s, drawing(42s)) == 0s);
  CAF_CHECK(past_the_rush(hour + 59s, drawing(42s)) == 0s);
  std::mt19937_64 chance{7};
  for (int i = 0; i < 1000; ++i) {
    const auto random = chance();
    const auto now = hour + milliseconds{chance() % 60'000};
    CAF_REQUIRE(past_the_rush(now + past_the_rush(now, random), random) == 0s);
  }
}

CAF_TEST(nothing waits outside of that minute) {
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  for (const auto chance : {std::uint64_t{0}, drawing(59'999ms), most})
    for (const auto past : std::initializer_list<milliseconds>{60s, 61s, 15min, 30min - 1ms})
      for (const auto start : {hour, hour + 30min})
        CAF_CHECK(past_the_rush(start + past, chance) == 0s);
  CAF_CHECK(past_the_rush(hour + 30min, drawing(59'999ms)) == 59'999ms);
}

CAF_TEST(what came together is spread over the whole minute) {
  std::mt19937_64 chance{7};
  std::array<int, 6> drawn{};
  for (int i = 0; i < 6000; ++i)
    ++drawn.at(static_cast<std::size_t>(past_the_rush(hour, chance()) / 10s));
  for (const int one : drawn)
    CAF_CHECK(one > 800 && one < 1200);
}

}  // namespace rush_suite
