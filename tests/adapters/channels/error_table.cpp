#define CAF_SUITE error_table

#include "adapters/channels/error_table.hpp"

#include <array>
#include <string>

#include "tests/caf_test.hpp"

namespace error_table_suite {

using namespace carillon;
using namespace carillon::channels;

namespace {

constexpr std::array rows{
  error_row{7, {error_class::invalid_recipient}, "Nobody"},
  error_row{7, {error_class::invalid_credentials}},
  error_row{8, {error_class::rate_limited, std::chrono::minutes{1}, true}},
  error_row{any_code, {.what = error_class::transient, .refresh_token = true}, "stale"},
};

outcome judged(int status, std::string body,
               std::vector<std::pair<std::string, std::string>> headers = {}) {
  return judge_reply(response{status, std::move(headers), std::move(body)}, {.table = rows},
                     from_millis(0));
}

}  // namespace

CAF_TEST(the first row that holds decides) {
  CAF_CHECK(judged(200, R"({"errcode":7,"errmsg":"there is nobody here"})").error_class
            == error_class::invalid_recipient);
  CAF_CHECK(judged(200, R"({"errcode":7})").error_class == error_class::invalid_credentials);
  const auto stale = judged(200, R"({"errcode":99,"errmsg":"STALE"})");
  CAF_CHECK(stale.error_class == error_class::transient);
  CAF_CHECK(stale.refresh_token);
}

CAF_TEST(the code of the body wins over the status and is told) {
  const auto good = judged(400, R"({"errcode":0,"errmsg":"ok"})");
  CAF_CHECK(good.error_class == error_class::none);
  CAF_CHECK_EQUAL(good.provider_code, "0");
  CAF_CHECK_EQUAL(judged(200, R"({"errcode":-5})").provider_code, "-5");
}

CAF_TEST(a code in no row is the fault of the request unless the status knows better) {
  CAF_CHECK(judged(200, R"({"errcode":99})").error_class == error_class::invalid_request);
  CAF_CHECK(judged(503, R"({"errcode":99})").error_class == error_class::transient);
  CAF_CHECK(judged(429, R"({"errcode":99})").error_class == error_class::rate_limited);
}

CAF_TEST(a wait that is told wins over the one of the table) {
  const auto told = judged(200, R"({"errcode":8})", {{"retry-after", "3"}});
  CAF_CHECK_EQUAL(told.wait.count(), 3000);
  CAF_CHECK(told.wait_is_own);
  CAF_CHECK_EQUAL(judged(200, R"({"errcode":8})").wait.count(), 60'000);
}

CAF_TEST(a success without a verdict is ambiguous and any bytes are read) {
  for (const auto* body : {"", "ok", "[]", "null", R"({"errcode":"0"})", R"({"errcode":1.5})",
                           R"({"errcode":18446744073709551615})", "\xff\xfe{"}) {
    const auto how = judged(200, body);
    CAF_CHECK(how.error_class == error_class::transient);
    CAF_CHECK(how.excerpt.find("outcome is unknown") != std::string::npos);
  }
  CAF_CHECK(judged(502, "<html>").error_class == error_class::transient);
  CAF_CHECK(judged(404, "<html>").error_class == error_class::invalid_request);
}

}  // namespace error_table_suite
