#define CAF_SUITE feishu

#include "tests/adapters/channels/misjudged.hpp"
#include "tests/adapters/channels/provider.hpp"
#include "tests/adapters/channels/rows.hpp"

#include "tests/caf_test.hpp"

namespace feishu_suite {

using namespace carillon;
using nlohmann::json;
using test::header;

namespace {

channel_ptr app() {
  return test::provider("feishu", {{"app_id", "cli_a1b2c3d4e5f60718"},
                                   {"app_secret", "TestAppSecret0123456789abcdefghij"},
                                   {"base_url", "http://127.0.0.1:9001"}});
}

delivery message(std::string to = "ou_x", std::string data = "{}") {
  delivery out;
  out.id = *parse_id<delivery_id>("dlv-01890a5d-ac96-774b-bcce-b302099a8057");
  out.recipient = std::move(to);
  out.content = {.title = "库存预警", .text = "鸡肉 😀 *5kg*", .data = std::move(data)};
  return out;
}

const stamp at{.now = from_millis(0), .token = "t-test"};

json body_of(const delivery& what, const stamp& with = at) {
  return json::parse(test::composed(*app(), what, with).body);
}

}  // namespace

CAF_TEST(the token is asked for as the library of the provider does) {
  CAF_CHECK(app()->needs_token());
  for (const auto& one : test::vectors("feishu", "app_token_request")) {
    const auto sent = test::asking(*app());
    CAF_CHECK_EQUAL(sent.method, "POST");
    CAF_CHECK_EQUAL(sent.url, one["expected"]["url"].get<std::string>());
    CAF_CHECK_EQUAL(sent.body, one["expected"]["body_raw"].get<std::string>());
    CAF_CHECK_EQUAL(header(sent, "content-type"), "application/json; charset=utf-8");
    CAF_CHECK_EQUAL(test::probing(*app()).body, sent.body);
  }
}

CAF_TEST(a token is renewed while it still serves) {
  const auto now = from_millis(1'000'000);
  const auto got =
    test::granted(*app(), R"({"code":0,"tenant_access_token":"t-1","expire":7200})", now);
  CAF_CHECK_EQUAL(got.token, "t-1");
  CAF_CHECK(got.expires_at == now + seconds{7200});
  CAF_CHECK(got.refresh_at == now + seconds{7200} - std::chrono::minutes{25});
  const auto brief =
    test::granted(*app(), R"({"code":0,"tenant_access_token":"t-1","expire":60})", now);
  CAF_CHECK(brief.refresh_at == now + seconds{30});
}

CAF_TEST(a refused secret is a matter of credentials) {
  for (const auto& one : test::vectors("feishu", "classify/app_secret")) {
    const auto came = test::response_of<response>(one["input"]);
    CAF_CHECK(test::refused(*app(), came.status, came.body).error_class
              == error_class::invalid_credentials);
    CAF_CHECK(app()->judge_probe(came, {}).error_class == error_class::invalid_credentials);
  }
  for (const auto code : {10003, 10014, 10015})
    CAF_CHECK(test::refused(*app(), 400, json{{"code", code}}.dump()).error_class
              == error_class::invalid_credentials);
  CAF_CHECK(test::refused(*app(), 502, "<html>").error_class == error_class::transient);
  const auto odd = test::refused(*app(), 200, R"({"code":0,"tenant_access_token":"t-secret"})");
  CAF_CHECK(odd.error_class == error_class::transient);
  CAF_CHECK(odd.excerpt.find("t-secret") == std::string::npos);
}

CAF_TEST(the message is the one that the library of the provider sends) {
  for (const auto& one : test::vectors("feishu", "app_message_request")) {
    auto what = message(one["input"]["receive_id"], R"({"msg_type":"text"})");
    what.content.title = one["input"]["text"];
    what.content.text.clear();
    const auto sent = test::composed(*app(), what, at);
    auto wanted = json::parse(one["expected"]["body_raw"].get<std::string>());
    wanted["uuid"] = to_text(what.id);
    CAF_CHECK_EQUAL(json::parse(sent.body), wanted);
    CAF_CHECK_EQUAL(wanted["content"], one["expected"]["content_string"]);
    CAF_CHECK_EQUAL(sent.url, one["expected"]["url"].get<std::string>());
    CAF_CHECK_EQUAL(header(sent, "authorization"), "Bearer t-test");
  }
}

CAF_TEST(an address tells what kind of id it is) {
  const auto kind = [](std::string to) {
    const auto url = test::composed(*app(), message(std::move(to)), at).url;
    return url.substr(url.find('=') + 1);
  };
  CAF_CHECK_EQUAL(kind("ou_1"), "open_id");
  CAF_CHECK_EQUAL(kind("on_1"), "union_id");
  CAF_CHECK_EQUAL(kind("oc_1"), "chat_id");
  CAF_CHECK_EQUAL(kind("a@b.cn"), "email");
  CAF_CHECK_EQUAL(kind("5d9bdxxx"), "user_id");
}

CAF_TEST(a message is a card inside a string with its words intact) {
  const auto body = body_of(message("ou_x", R"({"at_user_ids":["ou_1"]})"));
  CAF_CHECK_EQUAL(body["msg_type"], "interactive");
  CAF_CHECK_EQUAL(body["uuid"], "dlv-01890a5d-ac96-774b-bcce-b302099a8057");
  const auto card = json::parse(body["content"].get<std::string>());
  CAF_CHECK_EQUAL(card["header"]["title"]["content"], "库存预警");
  CAF_CHECK_EQUAL(card["elements"][0]["content"], "鸡肉 😀 *5kg*\n<at id=ou_1></at>");
  auto what = message();
  what.content.text = test::special;
  const auto sent = test::composed(*app(), what, at).body;
  CAF_CHECK(sent.find("鸡肉库存不足 😀") != std::string::npos);
  const auto inside = json::parse(json::parse(sent)["content"].get<std::string>());
  CAF_CHECK_EQUAL(inside["elements"][0]["content"], test::special);
}

CAF_TEST(a card over the limit is cut and a refused one is the fault of the message) {
  auto what = message();
  for (int i = 0; i < 20'000; ++i)
    what.content.text += "鸡";
  CAF_CHECK(body_of(what)["content"].get<std::string>().size() <= 28'000);
  const auto came = test::judged(*app(), 400, R"({"code":230099,"msg":"ErrCode: 200621"})");
  CAF_CHECK(came.error_class == error_class::invalid_request);
  CAF_CHECK(!came.resend_plain);
}

CAF_TEST(every answer of the vectors and of the error table is classified) {
  const auto aut = app();
  auto all = test::vectors("feishu", "classify/app_");
  std::erase_if(all, [](const json& one) { return one["input"].contains("endpoint"); });
  CAF_CHECK_EQUAL(all.size(), 12u);
  CAF_CHECK_EQUAL(test::misjudged(*aut, all), std::vector<std::string>{});
  const auto bad = [&](error_class wanted, const test::codes& rows) {
    return test::misread(*aut, wanted, rows, "code", 400);
  };
  CAF_CHECK_EQUAL(bad(error_class::transient, {99991661, 99991663, 99991664, 99991668, 99991671,
                                               99991677, 230101, 230049, 1500, 1551, 1557}),
                  test::none);
  CAF_CHECK_EQUAL(bad(error_class::rate_limited, {99991400, 230020, 11232, 11233}), test::none);
  CAF_CHECK_EQUAL(
    bad(error_class::invalid_recipient,
        {230002, 230013, 230015, 230018, 230019, 230035, 230038, 230053, 230075, 232009, 230029}),
    test::none);
  CAF_CHECK_EQUAL(
    bad(error_class::invalid_request, {230001, 230022, 230025, 230028, 230054, 230055, 230099}),
    test::none);
  CAF_CHECK_EQUAL(bad(error_class::invalid_credentials, {230006, 230027, 99991672}), test::none);
}

CAF_TEST(a refused token is renewed and a limit says for how long and for whom) {
  const auto aut = app();
  for (const auto code : {99991661, 99991663, 99991664, 99991668, 99991671, 99991677})
    CAF_CHECK(test::judged(*aut, 400, json{{"code", code}}.dump()).refresh_token);
  const auto whole =
    test::judged(*aut, 429, R"({"code":99991400})", {{"x-ogw-ratelimit-reset", "52"}});
  CAF_CHECK_EQUAL(whole.wait, seconds{52});
  CAF_CHECK(!whole.wait_is_own);
  const response at_the_token{
    .status = 400,
    .headers = {{"x-ogw-ratelimit-reset", "52"}},
    .body = R"({"code":99991400,"msg":"request trigger frequency limit"})"};
  CAF_CHECK_EQUAL(std::get<outcome>(aut->token(at_the_token, {})).wait, seconds{52});
  CAF_CHECK_EQUAL(aut->judge_probe(at_the_token, {}).wait, seconds{52});
  CAF_CHECK(test::judged(*aut, 400, R"({"code":230020})").wait_is_own);
  CAF_CHECK(test::judged(*aut, 400, R"({"code":230101})").wait >= std::chrono::minutes{1});
}

CAF_TEST(a success names the message and any bytes are judged) {
  const auto came =
    test::judged(*app(), 200, R"({"code":0,"msg":"success","data":{"message_id":"om_1"}})");
  CAF_CHECK(came.error_class == error_class::none);
  CAF_CHECK_EQUAL(came.provider_message_id, "om_1");
  CAF_CHECK(test::judges_anything(*app()));
  for (const auto& bytes : test::garbage())
    app()->token(response{.status = 200, .body = bytes}, {});
}

CAF_TEST(each receiver has a limit of its own) {
  const auto all = app()->scopes(message("ou_x"));
  CAF_REQUIRE_EQUAL(all.size(), 1u);
  CAF_CHECK(all[0].limit == (rate_limit{5, seconds{1}, 2}));
  CAF_CHECK(all[0].key != app()->scopes(message("ou_y"))[0].key);
}

}  // namespace feishu_suite
