#define CAF_SUITE feishu_bot

#include "adapters/channels/feishu_message.hpp"
#include "tests/adapters/channels/misjudged.hpp"
#include "tests/adapters/channels/provider.hpp"
#include "tests/adapters/channels/rows.hpp"

#include "tests/caf_test.hpp"

namespace feishu_bot_suite {

using namespace carillon;
using nlohmann::json;

namespace {

channel_ptr robot(std::string secret = {}) {
  return test::provider("feishu_bot",
                        {{"webhook_url", "https://open.feishu.cn/open-apis/bot/v2/hook/h-1"},
                         {"secret", std::move(secret)},
                         {"base_url", "http://127.0.0.1:9001"}});
}

delivery message(std::string data = "{}") {
  delivery out;
  out.content = {.title = "库存预警", .text = "鸡肉 😀 *5kg*", .data = std::move(data)};
  return out;
}

json body_of(const delivery& what, stamp at = {}) {
  return json::parse(test::composed(*robot(), what, at).body);
}

}  // namespace

CAF_TEST(the signature is the one that the provider checks) {
  const auto all = test::vectors("feishu", "webhook_sign");
  CAF_CHECK(!all.empty());
  for (const auto& one : all) {
    const auto at = one["input"]["timestamp_s"].get<std::int64_t>();
    const auto secret = one["input"]["secret"].get<std::string>();
    CAF_CHECK_EQUAL(channels::feishu::signature(at, secret),
                    one["expected"]["sign"].get<std::string>());
    auto what = message(R"({"msg_type":"text"})");
    what.content.title = "hi";
    what.content.text.clear();
    const auto sent = test::composed(*robot(secret), what, {.now = from_millis(1000 * at + 999)});
    CAF_CHECK_EQUAL(json::parse(sent.body), one["expected"]["body"]);
    CAF_CHECK_EQUAL(sent.url, "http://127.0.0.1:9001/open-apis/bot/v2/hook/h-1");
  }
}

CAF_TEST(a message is a card with its words intact) {
  const auto body = body_of(message());
  CAF_CHECK(!body.contains("sign"));
  CAF_CHECK_EQUAL(body["msg_type"], "interactive");
  CAF_CHECK_EQUAL(body["card"]["header"]["title"]["content"], "库存预警");
  CAF_CHECK_EQUAL(body["card"]["elements"][0],
                  (json{{"tag", "markdown"}, {"content", "鸡肉 😀 *5kg*"}}));
  auto what = message(R"({"msg_type":"text"})");
  what.content.text = test::special;
  const auto sent = test::composed(*robot(), what);
  CAF_CHECK(json::parse(sent.body)["content"]["text"] == "库存预警\n" + std::string{test::special});
  CAF_CHECK(sent.body.find("鸡肉库存不足 😀") != std::string::npos);
}

CAF_TEST(people are mentioned as texts and as cards want it) {
  const auto data = std::string{R"("at_user_ids":["ou_1"],"at_all":true,"at_mobiles":["138"]})"};
  CAF_CHECK(body_of(message("{" + data))["card"]["elements"][0]["content"]
            == "鸡肉 😀 *5kg*\n<at id=ou_1></at> <at id=all></at>");
  CAF_CHECK(
    body_of(message(R"({"msg_type":"text",)" + data))["content"]["text"]
    == "库存预警\n鸡肉 😀 *5kg*\n<at user_id=\"ou_1\"></at> <at user_id=\"all\">所有人</at>");
}

CAF_TEST(a message over the limit is cut with a mark and keeps its mentions) {
  for (const auto* kind : {"text", "markdown"}) {
    auto what = message(json{{"msg_type", kind}, {"at_user_ids", {"ou_1"}}}.dump());
    for (int i = 0; i < 10'000; ++i)
      what.content.text += "鸡\"";
    const auto sent = test::composed(*robot("secret"), what);
    CAF_CHECK(sent.body.size() <= 20'000);
    CAF_CHECK(sent.body.size() > 19'000);
    CAF_CHECK(sent.body.find("…\\n<at ") != std::string::npos);
  }
}

CAF_TEST(a card that is refused is not sent again) {
  const auto came = test::judged(*robot(), 200, R"({"code":11246,"msg":"ErrCode: 100290"})");
  CAF_CHECK(came.error_class == error_class::invalid_request);
  CAF_CHECK(!came.resend_plain);
}

CAF_TEST(every answer of the vectors and of the error table is classified) {
  const auto aut = robot();
  const auto all = test::vectors("feishu", "classify/webhook");
  CAF_CHECK_EQUAL(all.size(), 8u);
  CAF_CHECK_EQUAL(test::misjudged(*aut, all), std::vector<std::string>{});
  const auto bad = [&](error_class wanted, const test::codes& rows) {
    return test::misread(*aut, wanted, rows, "code");
  };
  CAF_CHECK_EQUAL(bad(error_class::invalid_credentials, {19021, 19022, 19001, 99991201}),
                  test::none);
  CAF_CHECK_EQUAL(bad(error_class::invalid_request, {19024, 19002, 9499, 11246, 1}), test::none);
  CAF_CHECK_EQUAL(bad(error_class::rate_limited, {11232}), test::none);
  CAF_CHECK(test::judged(*aut, 200, R"({"code":11232})").wait == seconds{60});
  CAF_CHECK(test::judged(*aut, 404, "404 page not found").error_class
            == error_class::invalid_credentials);
  CAF_CHECK(test::judged(*aut, 502, "<html>").error_class == error_class::transient);
}

CAF_TEST(an older hook tells its verdict under another name) {
  const auto aut = robot();
  CAF_CHECK(test::judged(*aut, 200, R"({"StatusCode":0,"StatusMessage":"success"})").error_class
            == error_class::none);
  CAF_CHECK(test::judged(*aut, 200, R"({"StatusCode":0,"code":19021})").error_class
            == error_class::invalid_credentials);
  CAF_CHECK(test::judged(*aut, 200, "{}").error_class == error_class::transient);
  CAF_CHECK(test::judges_anything(*aut));
}

CAF_TEST(where the vendor itself answers the first minute of each half hour is spread over) {
  const auto hour = from_millis(1'800'000'000'000);
  const auto put_off = [&](const std::string& host, priority how, timestamp now) {
    const auto aut =
      test::provider("feishu_bot", {{"webhook_url", host + "/open-apis/bot/v2/hook/h-1"}});
    auto what = message();
    what.id = *parse_id<delivery_id>("dlv-01900000-0000-7000-8000-00000000ffff");
    what.priority = how;
    return aut->put_off(what, now);
  };
  const std::string feishu = "https://open.feishu.cn";
  const auto wait = put_off(feishu, priority::high, hour);
  CAF_CHECK(wait > seconds{0} && wait < seconds{60});
  CAF_CHECK(put_off("https://open.larksuite.com", priority::low, hour) == wait);
  CAF_CHECK(put_off(feishu, priority::normal, hour + wait) == seconds{0});
  CAF_CHECK(put_off(feishu, priority::normal, hour + seconds{60}) == seconds{0});
  CAF_CHECK(put_off(feishu, priority::urgent, hour) == seconds{0});
  CAF_CHECK(put_off("http://127.0.0.1:9001", priority::normal, hour) == seconds{0});
  CAF_CHECK(put_off("https://open.feishu.cn.example.org", priority::normal, hour) == seconds{0});
}

CAF_TEST(a robot cannot be tested without sending) {
  CAF_CHECK(robot()->probe({}).error().code == errc::not_found);
  CAF_CHECK_EQUAL(test::faulty_key("feishu_bot", {{"webhook_url", "open.feishu.cn"}}),
                  "/webhook_url");
}

}  // namespace feishu_bot_suite
