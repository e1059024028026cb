#define CAF_SUITE durations

#include "protocol/rules/durations.hpp"

#include <string>
#include <string_view>

#include "tests/caf_test.hpp"

namespace durations_suite {

using namespace carillon;
using namespace std::chrono_literals;
using rules::parse_duration;
using rules::parse_rate;
using rules::parse_schedule;

CAF_TEST(durations are a whole number and a unit) {
  CAF_CHECK(parse_duration("500ms") == 500ms);
  CAF_CHECK(parse_duration("3s") == 3s);
  CAF_CHECK(parse_duration("10m") == 10min);
  CAF_CHECK(parse_duration("10min") == 10min);
  CAF_CHECK(parse_duration("1h") == 1h);
  CAF_CHECK(parse_duration("24h") == 24h);
  CAF_CHECK(parse_duration("7d") == 168h);
  CAF_CHECK(parse_duration("0s") == 0s);
}

CAF_TEST(what is no duration is refused) {
  for (std::string_view text : {"", "s", "3", "-3s", "+3s", "3 s", " 3s", "3s ", "1.5h", "3x",
                                "99999999999999999999s", "9223372036854775807h", "3651d"})
    CAF_CHECK_EQUAL(parse_duration(text).has_value(), false);
}

CAF_TEST(rates are a number per a time) {
  CAF_CHECK(parse_rate("20/min").value() == rate_limit({20, 60s, 0}));
  CAF_CHECK(parse_rate("5/s").value() == rate_limit({5, 1s, 0}));
  CAF_CHECK(parse_rate("20/2s").value() == rate_limit({20, 2s, 0}));
  CAF_CHECK(parse_rate("1000/h").value() == rate_limit({1000, 1h, 0}));
  CAF_CHECK(parse_rate("3/500ms").value() == rate_limit({3, 500ms, 0}));
}

CAF_TEST(off is a rate without a limit) {
  const auto rate = parse_rate("off");
  CAF_REQUIRE(rate.has_value());
  CAF_CHECK(!rate->has_value());
}

CAF_TEST(what is no rate is refused) {
  for (std::string_view text : {"", "20", "/min", "0/min", "-1/s", "20/", "20/0s", "20 / min",
                                "20/minute", "99999999999/s", "on"})
    CAF_CHECK_EQUAL(parse_rate(text).has_value(), false);
}

CAF_TEST(a schedule of n waits means one attempt more) {
  const auto policy = parse_schedule("10s,30s, 120s ,600s");
  CAF_REQUIRE(policy.has_value());
  CAF_CHECK(policy == rules::parse_schedule("admin"));
  CAF_CHECK_EQUAL(policy->max_attempts, 5);
  const auto once = parse_schedule("1s");
  CAF_REQUIRE(once.has_value());
  CAF_CHECK_EQUAL(once->max_attempts, 2);
}

CAF_TEST(a schedule may be a preset) {
  CAF_CHECK(parse_schedule("minutes")->schedule == std::vector<milliseconds>({1min, 5min, 30min}));
  CAF_CHECK(parse_schedule("exponential")->full_jitter);
}

CAF_TEST(what is no schedule is refused) {
  for (std::string_view text : {"", ",", "10s,", ",10s", "10s,,30s", "sometimes", "10"})
    CAF_CHECK_EQUAL(parse_schedule(text).has_value(), false);
}

CAF_TEST(what was read is shown in its shortest form and reads back the same) {
  for (const std::string text : {"0s", "1ms", "1500ms", "90s", "10m", "24h", "36h"})
    CAF_CHECK_EQUAL(rules::to_text(*rules::parse_duration(text)), text);
  CAF_CHECK_EQUAL(rules::to_text(*rules::parse_duration("7d")), "168h");
  for (const std::string text : {"20/min", "5/s", "20/2s", "1000/h", "3/ms", "1/10m", "off"})
    CAF_CHECK_EQUAL(rules::to_text(*rules::parse_rate(text)), text);
  CAF_CHECK_EQUAL(rules::to_text(*rules::parse_rate("9/60s")), "9/min");
  CAF_CHECK_EQUAL(rules::schedule_text(*rules::parse_schedule("10s, 30s,120s")), "10s,30s,2m");
}

}  // namespace durations_suite
