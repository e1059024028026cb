#define CAF_SUITE log

#include "bin/log_line.hpp"

#include <string>

#include <nlohmann/json.hpp>

#include "tests/caf_test.hpp"

namespace log_suite {

using namespace carillon;

CAF_TEST(a JSON line has time level and message) {
  CAF_CHECK_EQUAL(json_log_line("2026-01-02T03:04:05.006Z", "info", "it \"works\""),
                  R"({"time":"2026-01-02T03:04:05.006Z","level":"info","message":"it \"works\""})");
}

CAF_TEST(words that say what it is about become members) {
  CAF_CHECK_EQUAL(
    json_log_line("t", "warn", "refused because a=b is odd delivery_id=dlv-1 trace_id=4bf9"),
    R"({"time":"t","level":"warn","message":"refused because a=b is odd","delivery_id":"dlv-1","trace_id":"4bf9"})");
}

CAF_TEST(words of a provider become no members) {
  const auto line =
    json_log_line("t", "warn", "it said user=root trace_id=fake channel=hook delivery_id=dlv-1");
  CAF_CHECK_EQUAL(
    line,
    R"({"time":"t","level":"warn","message":"it said user=root trace_id=fake","channel":"hook","delivery_id":"dlv-1"})");
}

CAF_TEST(a JSON line is one JSON text whatever it tells of) {
  using namespace std::string_literals;
  const auto message = "a\"\\\n\r\t\0\x1b\x7f\xc2\x9b\u2028"s;
  const auto line = json_log_line("t", "warn", message);
  CAF_CHECK(line.find('\n') == std::string::npos);
  CAF_CHECK_EQUAL(nlohmann::json::parse(line).at("message").get<std::string>(), message);
  const auto broken = nlohmann::json::parse(json_log_line("t", "warn", "a\xff\xe5\x96z"));
  CAF_CHECK_EQUAL(broken.at("message").get<std::string>(), "a\ufffd\ufffdz");
}

CAF_TEST(a message ends no line for people and moves no cursor) {
  using namespace std::string_literals;
  CAF_CHECK_EQUAL(text_log_message("库存预警 “5 kg”…"), "库存预警 “5 kg”…");
  CAF_CHECK_EQUAL(text_log_message("refused\n2026-01-01 info all is well\r\t"),
                  R"(refused\n2026-01-01 info all is well\r\t)");
  CAF_CHECK_EQUAL(text_log_message("\0\x1b[2K\x7f\xc2\x9b\xc2\xa0"s),
                  "\\u0000\\u001b[2K\\u007f\\u009b\xc2\xa0");
  CAF_CHECK_EQUAL(text_log_message("a\u2028b\u2029c\xe2\x80\xc2"), "a\\u2028b\\u2029c\xe2\x80\xc2");
  CAF_CHECK_EQUAL(text_log_message(""), "");
}

}  // namespace log_suite
