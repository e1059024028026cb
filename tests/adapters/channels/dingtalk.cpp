#define CAF_SUITE dingtalk

#include "adapters/channels/dingtalk.hpp"
#include "adapters/channels/registry.hpp"
#include "tests/adapters/channels/vectors.hpp"

#include "tests/caf_test.hpp"

namespace dingtalk_suite {

using namespace carillon;
using nlohmann::json;

namespace {

namespace dingtalk = channels::dingtalk;

std::vector<std::string> texts(const json& input, const char* key) {
  return input.value(key, std::vector<std::string>{});
}

channels::mentions mentions_of(const json& input) {
  return {texts(input, "at_mobiles"), texts(input, "at_user_ids"), input.value("at_all", false)};
}

channel_ptr robot(std::string secret = "SECabc") {
  channel_settings how{.name = "ops", .type = "dingtalk"};
  how.keys = {{"webhook_url", "https://oapi.dingtalk.com/robot/send?access_token=tok"},
              {"secret", std::move(secret)},
              {"base_url", "http://127.0.0.1:9000"}};
  auto made = make_channel(how);
  CAF_REQUIRE(made.has_value());
  return *made;
}

delivery stock_warning() {
  delivery out;
  out.channel = "ops";
  out.content = {"inventory.low", "库存预警", "鸡肉库存不足 😀 *5kg*",
                 R"({"at_mobiles":["13800138000"]})"};
  return out;
}

http_request composed(const channel& aut, const delivery& what) {
  auto made = aut.compose(what, {from_millis(1700000000000), 7});
  CAF_REQUIRE(made.has_value());
  return std::get<http_request>(*made);
}

}  // namespace

CAF_TEST(the signature is the one that the provider checks) {
  for (auto& one : test::vectors("dingtalk", "sign")) {
    auto& in = one["input"];
    auto url = in["base_url"].get<std::string>()
               + "/robot/send?access_token=" + in["access_token"].get<std::string>();
    CAF_CHECK_EQUAL(dingtalk::signed_url(url, in["secret"].get<std::string>(), in["timestamp_ms"]),
                    one["expected"]["url"].get<std::string>());
  }
}

CAF_TEST(a text message repeats its mentions in the text) {
  for (auto& one : test::vectors("dingtalk", "body_text")) {
    auto body =
      dingtalk::text_body(one["input"]["text"].get<std::string>(), mentions_of(one["input"]));
    CAF_CHECK_EQUAL(json::parse(body), one["expected"]["json"]);
  }
}

CAF_TEST(a markdown message repeats its mentions in the text) {
  for (auto& one : test::vectors("dingtalk", "body_markdown")) {
    auto body =
      dingtalk::markdown_body(one["input"]["title"].get<std::string>(),
                              one["input"]["text"].get<std::string>(), mentions_of(one["input"]));
    CAF_CHECK_EQUAL(json::parse(body), one["expected"]["json"]);
  }
}

CAF_TEST(a mention within a longer one is none) {
  const auto text_of = [](std::string_view text, channels::mentions at) {
    return json::parse(dingtalk::text_body(text, at))["text"]["content"].get<std::string>();
  };
  const channels::mentions user{{}, {"user1"}, false}, phone{{"138001"}, {}, false};
  CAF_CHECK_EQUAL(text_of("@user12 hello", user), "@user12 hello @user1");
  CAF_CHECK_EQUAL(text_of("@1380012", phone), "@1380012 @138001");
  for (const auto* longer : {"@user1_a", "@user1-a", "@user1.a", "@user1@a"})
    CAF_CHECK_EQUAL(text_of(longer, user), std::string{longer} + " @user1");
  for (const auto* held : {"@user12 and @user1", "@user1", "@user1.", "(@user1) @user12",
                           "@user1你好", "@user1, hello"})
    CAF_CHECK_EQUAL(text_of(held, user), held);
}

CAF_TEST(every answer of the error table is classified by its body) {
  auto aut = robot();
  auto all = test::vectors("dingtalk", "classify/");
  CAF_CHECK(all.size() > 10);
  for (auto& one : all) {
    auto came = aut->judge(test::response_of<response>(one["input"]), from_millis(0));
    auto wanted = one["expected"]["class"].get<std::string>();
    CAF_MESSAGE(one["case"].get<std::string>());
    CAF_CHECK_EQUAL(
      std::string{came.error_class == error_class::none ? "ok" : to_string(came.error_class)},
      wanted);
    if (one["expected"].contains("retry_after_s"))
      CAF_CHECK_EQUAL(came.wait.count(), 1000 * one["expected"]["retry_after_s"].get<int>());
  }
}

CAF_TEST(a 200 that cannot be read is ambiguous and a 5xx page is transient) {
  auto aut = robot();
  auto garbage = aut->judge(response{.status = 200, .body = "<html>"}, from_millis(0));
  CAF_CHECK(garbage.error_class == error_class::transient);
  CAF_CHECK(garbage.excerpt.find("outcome is unknown") != std::string::npos);
  auto page = aut->judge(response{.status = 502, .body = "<html>"}, from_millis(0));
  CAF_CHECK(page.error_class == error_class::transient);
  auto limited = aut->judge(response{.status = 429, .body = ""}, from_millis(0));
  CAF_CHECK(limited.error_class == error_class::rate_limited);
}

CAF_TEST(any bytes are judged without an exception) {
  auto aut = robot();
  for (auto body : {"", "{}", "[]", "null", R"({"errcode":"0"})", R"({"errcode":1e300})",
                    R"({"errcode":0,"errmsg":7})", "\xff\xfe", R"({"status":1111})"})
    aut->judge(response{.status = 200, .body = body}, from_millis(0));
}

CAF_TEST(a delivery becomes a signed markdown message with its words intact) {
  auto sent = composed(*robot(), stock_warning());
  CAF_CHECK_EQUAL(sent.url,
                  "http://127.0.0.1:9000/robot/send?access_token=tok&timestamp=1700000000000"
                  "&sign=jcUpW0QmtKduN03n4JqQ0PBosVjqnM8gU7fIIvsDmCM%3D");
  CAF_CHECK(!sent.guarded);
  auto body = json::parse(sent.body);
  CAF_CHECK_EQUAL(body["msgtype"], "markdown");
  CAF_CHECK_EQUAL(body["markdown"]["title"], "库存预警");
  CAF_CHECK_EQUAL(body["markdown"]["text"], "### 库存预警\n\n鸡肉库存不足 😀 *5kg*\n@13800138000");
  CAF_CHECK_EQUAL(body["at"]["atMobiles"], json({"13800138000"}));
}

CAF_TEST(the message type of the data wins over markdown) {
  auto what = stock_warning();
  what.content.data = R"({"msg_type":"text","at_all":true})";
  auto body = json::parse(composed(*robot(), what).body);
  CAF_CHECK_EQUAL(body["msgtype"], "text");
  CAF_CHECK_EQUAL(body["text"]["content"], "库存预警\n鸡肉库存不足 😀 *5kg*");
  CAF_CHECK_EQUAL(body["at"]["isAtAll"], true);
}

CAF_TEST(without a secret nothing is signed) {
  CAF_CHECK_EQUAL(composed(*robot(""), stock_warning()).url,
                  "http://127.0.0.1:9000/robot/send?access_token=tok");
}

CAF_TEST(a text over the limit is cut with a mark and keeps its mentions) {
  auto what = stock_warning();
  what.content.text.clear();
  for (int i = 0; i < 10'000; ++i)
    what.content.text += "鸡";
  auto sent = composed(*robot(), what);
  CAF_CHECK(sent.body.size() <= 20'000);
  CAF_CHECK(sent.body.size() > 19'000);
  auto text = json::parse(sent.body)["markdown"]["text"].get<std::string>();
  CAF_CHECK(text.ends_with("…\n@13800138000"));
}

CAF_TEST(a url that is none is refused with its key) {
  channel_settings how{.name = "ops", .type = "dingtalk"};
  how.keys = {{"webhook_url", "oapi.dingtalk.com"}};
  auto made = make_channel(how);
  CAF_REQUIRE(!made.has_value());
  const auto why = made.error();
  CAF_REQUIRE_EQUAL(why.faults.size(), 1u);
  CAF_CHECK_EQUAL(why.faults[0].path, "/webhook_url");
}

}  // namespace dingtalk_suite
