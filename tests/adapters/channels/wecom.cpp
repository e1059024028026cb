#define CAF_SUITE wecom

#include "tests/adapters/channels/misjudged.hpp"
#include "tests/adapters/channels/provider.hpp"
#include "tests/adapters/channels/rows.hpp"

#include "tests/caf_test.hpp"

namespace wecom_suite {

using namespace carillon;
using nlohmann::json;

namespace {

const std::map<std::string, std::string> keys{{"corp_id", "ww1234567890abcdef"},
                                              {"corp_secret", "Test-Secret_0123"},
                                              {"agent_id", "1000002"},
                                              {"base_url", "http://127.0.0.1:9002"}};

channel_ptr app() {
  return test::provider("wecom", keys);
}

delivery message(std::string to = "zhangsan", std::string data = "{}") {
  delivery out;
  out.recipient = std::move(to);
  out.content = {.title = "库存预警", .text = "鸡肉 😀 *5kg*", .data = std::move(data)};
  return out;
}

const stamp at{.now = from_millis(0), .token = "TOK"};

json body_of(const delivery& what) {
  return json::parse(test::composed(*app(), what, at).body);
}

constexpr auto invalid_recipient = error_class::invalid_recipient;

/// What a success that says this means for a message to them.
outcome answer_to(std::string to, json said) {
  said["errcode"] = 0;
  const transport_result came = response{.status = 200, .body = said.dump()};
  return app()->judge_for(message(std::move(to)), came, {});
}

}  // namespace

CAF_TEST(the token is asked for by the secret of the app) {
  for (const auto& one : test::vectors("wecom", "token_request")) {
    const auto sent = test::asking(*app());
    CAF_CHECK_EQUAL(sent.method, "GET");
    CAF_CHECK_EQUAL(sent.url, one["expected"]["url"].get<std::string>());
    CAF_CHECK(sent.body.empty());
  }
  const auto now = from_millis(0);
  const auto got = test::granted(
    *app(), R"({"errcode":0,"errmsg":"ok","access_token":"T","expires_in":7200})", now);
  CAF_CHECK_EQUAL(got.token, "T");
  CAF_CHECK(got.refresh_at == now + seconds{6900});
  for (const auto code : {40001, 40013, 60020})
    CAF_CHECK(test::refused(*app(), 200, json{{"errcode", code}}.dump()).error_class
              == error_class::invalid_credentials);
  CAF_CHECK(test::refused(*app(), 200, R"({"errcode":45009})").error_class
            == error_class::rate_limited);
}

CAF_TEST(a repeated attempt asks for the check of duplicates and a first one does not) {
  for (const auto& one : test::vectors("wecom", "app_message_request")) {
    auto what = message("zhangsan|lisi", R"({"msg_type":"text"})");
    what.content.title = one["input"]["text"];
    what.content.text.clear();
    what.tries = 1;
    const auto sent = test::composed(*app(), what, at);
    CAF_CHECK_EQUAL(sent.url, one["expected"]["url"].get<std::string>());
    CAF_CHECK_EQUAL(json::parse(sent.body), one["expected"]["json"]);
    what.tries = 0;
    CAF_CHECK(!body_of(what).contains("enable_duplicate_check"));
  }
}

CAF_TEST(a message is markdown with its words intact) {
  const auto body = body_of(message());
  CAF_CHECK_EQUAL(body["touser"], "zhangsan");
  CAF_CHECK_EQUAL(body["agentid"], 1000002);
  CAF_CHECK_EQUAL(body["msgtype"], "markdown");
  CAF_CHECK_EQUAL(body["markdown"]["content"], "### 库存预警\n\n鸡肉 😀 *5kg*");
  auto what = message("zhangsan", R"({"msg_type":"text"})");
  what.content.text = test::special;
  const auto sent = test::composed(*app(), what, at).body;
  CAF_CHECK(sent.find("鸡肉库存不足 😀") != std::string::npos);
  CAF_CHECK(json::parse(sent)["text"]["content"] == "库存预警\n" + std::string{test::special});
}

CAF_TEST(departments and tags are addressed by their prefix) {
  const auto party = body_of(message("party:2"));
  CAF_CHECK_EQUAL(party["toparty"], "2");
  CAF_CHECK(!party.contains("touser"));
  CAF_CHECK(body_of(message("tag:7"))["totag"] == "7");
  CAF_CHECK(body_of(message("@all"))["touser"] == "@all");
}

CAF_TEST(a content over the limit is cut on a character with a mark) {
  for (const auto& one : test::vectors("wecom", "truncate_utf8_bytes")) {
    auto what = message("zhangsan", R"({"msg_type":"text"})");
    what.content.title = one["input"]["text"];
    what.content.text.clear();
    const auto text = body_of(what)["text"]["content"].get<std::string>();
    CAF_CHECK(text.size() <= 2048);
    CAF_CHECK(text.size() > 2040);
    CAF_CHECK(text.ends_with("中…"));
  }
}

CAF_TEST(every answer of the vectors and of the error table is classified) {
  const auto aut = app();
  auto all = test::vectors("wecom", "classify/");
  std::erase_if(all, [](const json& one) {
    const auto name = one["case"].get<std::string>();
    return name.find("robot") != std::string::npos;
  });
  CAF_CHECK_EQUAL(all.size(), 12u);
  CAF_CHECK_EQUAL(test::misjudged(*aut, all), std::vector<std::string>{});
  const auto bad = [&](error_class wanted, const test::codes& rows) {
    return test::misread(*aut, wanted, rows);
  };
  CAF_CHECK_EQUAL(bad(error_class::transient, {40014, 42001, 41001, -1, 6000}), test::none);
  CAF_CHECK_EQUAL(bad(error_class::invalid_credentials,
                      {40001, 40013, 40091, 40056, 301002, 48002, 60011, 60020}),
                  test::none);
  CAF_CHECK_EQUAL(bad(error_class::invalid_recipient, {81013, 40003, 40031, 82001}), test::none);
  CAF_CHECK_EQUAL(
    bad(error_class::invalid_request, {40032, 40008, 40033, 40035, 40058, 44004, 45002, 47001}),
    test::none);
  CAF_CHECK_EQUAL(bad(error_class::rate_limited, {45009, 45033}), test::none);
  for (const auto code : {40014, 42001, 41001})
    CAF_CHECK(test::judged(*aut, 200, json{{"errcode", code}}.dump()).refresh_token);
}

CAF_TEST(a success that names all its receivers as invalid is none) {
  CAF_CHECK(answer_to("lisi", {{"invaliduser", "lisi"}}).error_class == invalid_recipient);
  CAF_CHECK(answer_to("LiSi|Wang", {{"invaliduser", "lisi|wang"}}).error_class
            == invalid_recipient);
  CAF_CHECK(answer_to("a|b", {{"invaliduser", "a"}, {"unlicenseduser", "b"}}).error_class
            == invalid_recipient);
  CAF_CHECK(answer_to("party:2", {{"invalidparty", "2"}}).error_class == invalid_recipient);
  CAF_CHECK(answer_to("tag:7", {{"invalidtag", "7"}}).error_class == invalid_recipient);
  CAF_CHECK(answer_to("lisi", {{"invaliduser", ""}, {"msgid", "m"}}).error_class
            == error_class::none);
}

CAF_TEST(a success that names some of its receivers as invalid is one and tells whom) {
  const auto some = answer_to("zhangsan|LiSi", {{"invaliduser", "lisi"}, {"msgid", "m"}});
  CAF_CHECK(some.error_class == error_class::none);
  CAF_CHECK_EQUAL(some.provider_message_id, "m");
  CAF_CHECK(some.excerpt.starts_with("did not reach lisi: {"));
  const std::initializer_list<std::pair<const char*, json>> reached{
    {"@all", {{"unlicenseduser", "lisi"}}},
    {"party:2|3", {{"invalidparty", "3"}}},
    {"party:2", {{"unlicenseduser", "lisi"}}},
    {"tag:7", {{"invaliduser", "7"}}},
    {"lisi", {{"invaliduser", "lisi2"}}}};
  for (const auto& [to, said] : reached)
    CAF_CHECK(answer_to(to, said).error_class == error_class::none);
  const auto aut = app();
  const transport_result refused = response{.status = 200, .body = R"({"errcode":45009})"};
  CAF_CHECK(aut->judge_for(message(), refused, {}).error_class == error_class::rate_limited);
  const transport_result lost = transport_error{transport_failure::no_answer, "x"};
  CAF_CHECK(aut->judge_for(message(), lost, {}).error_class == error_class::transient);
}

CAF_TEST(hints of the provider are not kept and any bytes are judged) {
  const auto came = test::judged(
    *app(), 200,
    R"({"errcode":40014,"errmsg":"invalid access_token, hint: [SECRET], from ip: x"})");
  CAF_CHECK(came.excerpt.find("SECRET") == std::string::npos);
  CAF_CHECK(came.excerpt.find("hint: […], from ip: x") != std::string::npos);
  const auto refused = test::refused(
    *app(), 200, R"({"errcode":40013,"errmsg":"invalid corpid, hint: [SECRET], from ip: x"})");
  CAF_CHECK(refused.excerpt.find("SECRET") == std::string::npos);
  CAF_CHECK(refused.excerpt.find("hint: […], from ip: x") != std::string::npos);
  CAF_CHECK(test::judges_anything(*app()));
}

CAF_TEST(each member has two limits of their own) {
  const auto all = app()->scopes(message());
  CAF_REQUIRE_EQUAL(all.size(), 2u);
  CAF_CHECK(all[0].limit == (rate_limit{30, std::chrono::minutes{1}, 10}));
  CAF_CHECK_EQUAL(all[1].limit.count, 1000);
  CAF_CHECK(all[0].key != all[1].key);
}

CAF_TEST(a message to several falls under the limits of each of them) {
  const auto keys_of = [](std::string to) {
    std::vector<std::string> out;
    for (const auto& x : app()->scopes(message(std::move(to))))
      out.push_back(x.key);
    return out;
  };
  CAF_CHECK_EQUAL(
    keys_of("zhangsan|LiSi|lisi"),
    (std::vector<std::string>{"minute:zhangsan", "hour:zhangsan", "minute:lisi", "hour:lisi"}));
  CAF_CHECK_EQUAL(
    keys_of("party:2|3"),
    (std::vector<std::string>{"minute:party:2", "hour:party:2", "minute:party:3", "hour:party:3"}));
  std::string crowd;
  for (int i = 0; i < 1000; ++i)
    crowd += "user" + std::to_string(i) + "|";
  const auto many = keys_of(crowd);
  CAF_REQUIRE_EQUAL(many.size(), 100u);
  CAF_CHECK_EQUAL(many[96], "minute:user48");
  CAF_CHECK(many[98].starts_with("minute:user49|user50|"));
}

CAF_TEST(an app that knows its accounts has a limit of the day) {
  auto counted = keys;
  counted["accounts"] = "50";
  const auto all = test::provider("wecom", counted)->scopes(message());
  CAF_REQUIRE_EQUAL(all.size(), 3u);
  CAF_CHECK(all[2].limit == (rate_limit{10'000, std::chrono::hours{24}}));
  CAF_CHECK_EQUAL(all[2].weight, 1);
  const auto many = test::provider("wecom", counted)->scopes(message("a|b|c"));
  CAF_CHECK_EQUAL(many.back().key, "day");
  CAF_CHECK_EQUAL(many.back().weight, 3);
  CAF_CHECK_EQUAL(all[2].key, test::provider("wecom", counted)->scopes(message("li"))[2].key);
  for (const auto* wrong : {"-1", "many", "99999999"}) {
    counted["accounts"] = wrong;
    CAF_CHECK_EQUAL(test::faulty_key("wecom", counted), "/accounts");
  }
}

CAF_TEST(an agent is a number) {
  auto wrong = keys;
  wrong["agent_id"] = "ops";
  CAF_CHECK_EQUAL(test::faulty_key("wecom", wrong), "/agent_id");
}

}  // namespace wecom_suite
