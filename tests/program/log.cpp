#define CAF_SUITE log

#include "bin/log.hpp"

#include "tests/caf_test.hpp"

namespace log_suite {

using namespace carillon;

CAF_TEST(a JSON line has time level and message) {
  CAF_CHECK_EQUAL(json_log_line("2026-01-02T03:04:05.006Z", "info", "it \"works\""),
                  R"({"time":"2026-01-02T03:04:05.006Z","level":"info","message":"it \"works\""})");
}

CAF_TEST(words with an equals sign at the end become members) {
  CAF_CHECK_EQUAL(
    json_log_line("t", "warn", "refused because a=b is odd trace_id=4bf9 delivery_id=dlv-1"),
    R"({"time":"t","level":"warn","message":"refused because a=b is odd","trace_id":"4bf9","delivery_id":"dlv-1"})");
}

}  // namespace log_suite
