#define CAF_SUITE judgement

#include "adapters/channels/judgement.hpp"

#include "tests/caf_test.hpp"

namespace judgement_suite {

using namespace carillon;

namespace {

/// Sunday, 1994-11-06 08:49:00 UTC.
const auto now = from_millis(784'111'740'000);

std::optional<milliseconds> wait_of(std::string told) {
  return channels::retry_after(response{.headers = {{"retry-after", std::move(told)}}}, now);
}

const std::optional<milliseconds> nothing;

}  // namespace

CAF_TEST(all three forms of a date are a wait) {
  const std::optional<milliseconds> half_a_minute{seconds{37}};
  CAF_CHECK_EQUAL(wait_of("Sun, 06 Nov 1994 08:49:37 GMT"), half_a_minute);
  CAF_CHECK_EQUAL(wait_of("Sunday, 06-Nov-94 08:49:37 GMT"), half_a_minute);
  CAF_CHECK_EQUAL(wait_of("Sun Nov  6 08:49:37 1994"), half_a_minute);
}

CAF_TEST(a date that is over is no wait and one far away twelve hours) {
  const std::optional<milliseconds> none{milliseconds{0}}, most{std::chrono::hours{12}};
  CAF_CHECK_EQUAL(wait_of("Saturday, 05-Nov-94 08:49:37 GMT"), none);
  CAF_CHECK_EQUAL(wait_of("Sat Nov  5 08:49:37 1994"), none);
  CAF_CHECK_EQUAL(wait_of("Wed Nov 16 08:49:37 1994"), most);
}

CAF_TEST(any number of seconds is a wait of at most twelve hours) {
  CAF_CHECK_EQUAL(wait_of("9"), std::optional<milliseconds>{seconds{9}});
  const std::optional<milliseconds> none{milliseconds{0}}, most{std::chrono::hours{12}};
  for (const auto* much :
       {"86401", "9223372036854775807", "9223372036854775808", "99999999999999999999999999999999"})
    CAF_CHECK_EQUAL(wait_of(much), most);
  for (const auto* negative : {"-1", "-9223372036854775808", "-99999999999999999999999999"})
    CAF_CHECK_EQUAL(wait_of(negative), none);
}

CAF_TEST(what is neither says nothing) {
  for (const auto* odd : {"", "soon", "9 s", "9.5", "99999999999999999999999x", "-",
                          "Sun, 06 Nov 1994 08:49:37 GMT, 9", "Sun Nov  6 08:49:37"})
    CAF_CHECK_EQUAL(wait_of(odd), nothing);
}

}  // namespace judgement_suite
