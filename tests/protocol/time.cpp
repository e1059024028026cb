#define CAF_SUITE time

#include "protocol/codec/time.hpp"

#include <random>

#include "tests/caf_test.hpp"

namespace time_suite {

using namespace carillon;
using codec::parse_rfc3339;
using codec::rfc3339;

CAF_TEST(times are written in UTC with milliseconds) {
  CAF_CHECK_EQUAL(rfc3339(from_millis(0)), "1970-01-01T00:00:00.000Z");
  CAF_CHECK_EQUAL(rfc3339(from_millis(1'771'583'400'007)), "2026-02-20T10:30:00.007Z");
  CAF_CHECK_EQUAL(rfc3339(from_millis(-1)), "1969-12-31T23:59:59.999Z");
}

CAF_TEST(times out of reach become the nearest) {
  CAF_CHECK_EQUAL(rfc3339(timestamp::max()), "9999-12-31T23:59:59.999Z");
  CAF_CHECK_EQUAL(rfc3339(timestamp::min()), "0000-01-01T00:00:00.000Z");
}

CAF_TEST(what is written is read back) {
  std::mt19937_64 chance{11};
  for (int i = 0; i < 2000; ++i) {
    const auto at = from_millis(static_cast<std::int64_t>(chance() % 253'402'300'800'000));
    CAF_REQUIRE(parse_rfc3339(rfc3339(at)) == at);
  }
}

CAF_TEST(every offset is understood and none means UTC) {
  const auto at = from_millis(1'771'583'400'000);
  for (std::string_view text :
       {"2026-02-20T10:30:00Z", "2026-02-20T10:30:00", "2026-02-20t10:30:00z",
        "2026-02-20 10:30:00.000Z", "2026-02-20T18:30:00+08:00", "2026-02-20T05:00:00-05:30",
        "2026-02-20T10:30:00-00:00", "2026-02-20T10:29:60Z"})
    CAF_CHECK(parse_rfc3339(text) == at);
}

CAF_TEST(fractions are cut at the millisecond) {
  const auto at = from_millis(1'771'583'400'000);
  CAF_CHECK(parse_rfc3339("2026-02-20T10:30:00.5Z") == at + milliseconds{500});
  CAF_CHECK(parse_rfc3339("2026-02-20T10:30:00.0079999Z") == at + milliseconds{7});
  CAF_CHECK(parse_rfc3339("2026-02-20T10:30:00.123456789+00:00") == at + milliseconds{123});
}

CAF_TEST(what is no time is refused) {
  for (std::string_view text :
       {"", "now", "2026-02-20", "2026-02-30T10:30:00Z", "2026-13-01T10:30:00Z",
        "2026-02-20T24:00:00Z", "2026-02-20T10:60:00Z", "2026-02-20T10:30:61Z", "2026-02-20T10:30Z",
        "2026-02-20T10:30:00.Z", "2026-02-20T10:30:00+0800", "2026-02-20T10:30:00+24:00",
        "2026-02-20T10:30:00Z ", " 2026-02-20T10:30:00Z", "20260220T103000Z", "2026-2-20T10:30:00Z",
        "9999-12-31T23:59:59-01:00", "0000-01-01T00:00:00+01:00", "1771583400000"})
    CAF_CHECK(!parse_rfc3339(text).has_value());
}

}  // namespace time_suite
