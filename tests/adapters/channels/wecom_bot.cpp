#define CAF_SUITE wecom_bot

#include "tests/adapters/channels/misjudged.hpp"
#include "tests/adapters/channels/provider.hpp"
#include "tests/adapters/channels/rows.hpp"

#include "tests/caf_test.hpp"

namespace wecom_bot_suite {

using namespace carillon;
using nlohmann::json;

namespace {

channel_ptr robot() {
  return test::provider("wecom_bot",
                        {{"webhook_url",
                          "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=11111111-"
                          "2222-3333-4444-555555555555"}});
}

delivery message(std::string data = "{}") {
  delivery out;
  out.content = {.title = "库存预警", .text = "鸡肉 😀 *5kg*", .data = std::move(data)};
  return out;
}

json body_of(const delivery& what) {
  return json::parse(test::composed(*robot(), what).body);
}

}  // namespace

CAF_TEST(a text mentions people by id and by mobile) {
  for (const auto& one : test::vectors("wecom", "robot_text")) {
    const auto& in = one["input"];
    auto what =
      message(json{{"at_user_ids", {"wangqing"}}, {"at_all", true}, {"at_mobiles", {"13800001111"}}}
                .dump());
    what.content.title = in["text"];
    what.content.text.clear();
    const auto sent = test::composed(*robot(), what);
    CAF_CHECK_EQUAL(sent.url, one["expected"]["url"].get<std::string>());
    CAF_CHECK_EQUAL(json::parse(sent.body), one["expected"]["json"]);
  }
}

CAF_TEST(a message is markdown with its words intact) {
  const auto body = body_of(message(R"({"at_user_ids":["u1","u2"]})"));
  CAF_CHECK_EQUAL(body["msgtype"], "markdown");
  CAF_CHECK_EQUAL(body["markdown"]["content"], "### 库存预警\n\n鸡肉 😀 *5kg*\n<@u1> <@u2>");
  auto what = message();
  what.content.text = test::special;
  const auto sent = test::composed(*robot(), what).body;
  CAF_CHECK(sent.find("鸡肉库存不足 😀") != std::string::npos);
  CAF_CHECK(json::parse(sent)["markdown"]["content"]
            == "### 库存预警\n\n" + std::string{test::special});
}

CAF_TEST(the message type of the data wins over what mentions would need) {
  CAF_CHECK(body_of(message(R"({"msg_type":"text"})"))["msgtype"] == "text");
  CAF_CHECK(body_of(message(R"({"at_mobiles":["138"]})"))["msgtype"] == "text");
  CAF_CHECK(body_of(message(R"({"at_mobiles":["138"],"msg_type":"markdown"})"))["msgtype"]
            == "markdown");
}

CAF_TEST(a content over the limit is cut with a mark and keeps its mentions) {
  auto what = message(R"({"at_user_ids":["u1"]})");
  for (int i = 0; i < 3000; ++i)
    what.content.text += "鸡";
  const auto markdown = body_of(what)["markdown"]["content"].get<std::string>();
  CAF_CHECK(markdown.size() <= 4096);
  CAF_CHECK(markdown.size() > 4060);
  CAF_CHECK(markdown.ends_with("鸡…\n<@u1>"));
  what.content.data = R"({"msg_type":"text"})";
  const auto text = body_of(what)["text"]["content"].get<std::string>();
  CAF_CHECK(text.size() <= 2048);
  CAF_CHECK(text.ends_with("鸡…"));
}

CAF_TEST(every answer of the vectors and of the error table is classified) {
  const auto aut = robot();
  const auto all = test::vectors("wecom", "classify/robot");
  CAF_CHECK_EQUAL(all.size(), 3u);
  CAF_CHECK_EQUAL(test::misjudged(*aut, all), std::vector<std::string>{});
  const auto bad = [&](error_class wanted, const test::codes& rows) {
    return test::misread(*aut, wanted, rows);
  };
  CAF_CHECK_EQUAL(bad(error_class::none, {0}), test::none);
  CAF_CHECK_EQUAL(bad(error_class::invalid_credentials, {93000}), test::none);
  CAF_CHECK_EQUAL(bad(error_class::invalid_request, {40058, 40008, 44004}), test::none);
  CAF_CHECK_EQUAL(bad(error_class::rate_limited, {45009, 45033}), test::none);
  CAF_CHECK_EQUAL(bad(error_class::transient, {-1}), test::none);
  CAF_CHECK(test::judged(*aut, 200, R"({"errcode":45009})").wait == seconds{60});
  CAF_CHECK(test::judges_anything(*aut));
}

CAF_TEST(a robot cannot be tested without sending) {
  CAF_CHECK(robot()->probe({}).error().code == errc::not_found);
}

}  // namespace wecom_bot_suite
