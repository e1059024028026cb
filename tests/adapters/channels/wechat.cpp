#define CAF_SUITE wechat

#include "adapters/channels/wechat_template.hpp"
#include "tests/adapters/channels/misjudged.hpp"
#include "tests/adapters/channels/provider.hpp"
#include "tests/adapters/channels/rows.hpp"

#include "tests/caf_test.hpp"

namespace wechat_suite {

using namespace carillon;
using nlohmann::json;

namespace {

channel_ptr account(std::string_view type = "wechat") {
  return test::provider(type, {{"app_id", "wx0123456789abcdef"},
                               {"app_secret", "0123456789abcdef0123456789abcdef"},
                               {"base_url", "http://127.0.0.1:9003"}});
}

/// The delivery that makes a vector's request.
delivery message(const json& input, json data = json::object()) {
  delivery out;
  out.id = *parse_id<delivery_id>("dlv-01890a5d-ac96-774b-bcce-b302099a8057");
  out.recipient = input["touser"];
  out.content.template_id = input["template_id"];
  out.content.data = data.dump();
  out.content.params = input["data"].dump();
  return out;
}

delivery simple(json data, std::string params = {}) {
  delivery out;
  out.recipient = "oOPENID";
  out.content.template_id = "TPL";
  out.content.data = data.dump();
  out.content.params = std::move(params);
  return out;
}

const stamp at{.now = from_millis(0), .token = "TOK"};

json data_of(const delivery& what) {
  return json::parse(test::composed(*account(), what, at).body)["data"];
}

/// Vectors of what the endpoint that sends answered.
std::vector<json> sent_vectors(std::string_view channel) {
  auto all = test::vectors(channel, "classify/");
  std::erase_if(all, [](const json& one) { return one["input"]["endpoint"] == "token"; });
  return all;
}

}  // namespace

CAF_TEST(the stable token is asked for without taking away the one of others) {
  for (const auto& one : test::vectors("wechat_oa", "stable_token_request")) {
    for (const auto* type : {"wechat", "wechat_mini"}) {
      const auto sent = test::asking(*account(type));
      CAF_CHECK_EQUAL(sent.url, one["expected"]["url"].get<std::string>());
      CAF_CHECK_EQUAL(json::parse(sent.body), one["expected"]["json"]);
    }
  }
  const auto now = from_millis(0);
  const auto got = test::granted(*account(), R"({"access_token":"T","expires_in":7200})", now);
  CAF_CHECK_EQUAL(got.token, "T");
  CAF_CHECK(got.refresh_at == now + seconds{6900});
}

CAF_TEST(a template message is byte for byte the documented one) {
  for (const auto& one : test::vectors("wechat_oa", "template_request")) {
    const auto& in = one["input"];
    const auto what = message(in, {{"url", in["url"]}});
    const auto sent = test::composed(*account(), what, at);
    CAF_CHECK_EQUAL(sent.url, "http://127.0.0.1:9003" + one["expected"]["path"].get<std::string>());
    auto wanted = one["expected"]["body_raw"].get<std::string>();
    const auto id = in["client_msg_id"].get<std::string>();
    wanted.replace(wanted.find(id), id.size(), to_text(what.id));
    CAF_CHECK_EQUAL(sent.body, wanted);
  }
}

CAF_TEST(a subscribe message is byte for byte the documented one) {
  for (const auto& one : test::vectors("wechat_mp", "subscribe_request")) {
    const auto sent = test::composed(*account("wechat_mini"),
                                     message(one["input"], {{"page", one["input"]["page"]}}), at);
    CAF_CHECK_EQUAL(sent.url, "http://127.0.0.1:9003" + one["expected"]["path"].get<std::string>());
    CAF_CHECK_EQUAL(sent.body, one["expected"]["body_raw"].get<std::string>());
  }
}

CAF_TEST(a mini program is opened in place of a page) {
  const auto what = simple({{"miniprogram", {{"appid", "wx1"}, {"pagepath", "p"}}}, {"a", "b"}});
  const auto body = json::parse(test::composed(*account(), what, at).body);
  CAF_CHECK_EQUAL(body["miniprogram"], (json{{"appid", "wx1"}, {"pagepath", "p"}}));
  CAF_CHECK_EQUAL(body["data"], (json{{"a", {{"value", "b"}}}}));
}

CAF_TEST(without params the scalar members of the data fill the template) {
  const auto what = simple({{"thing1", "鸡肉 😀 *x*"}, {"number2", 7}, {"url", "https://e.x"}});
  CAF_CHECK_EQUAL(data_of(what),
                  (json{{"thing1", {{"value", "鸡肉 😀 *x*"}}}, {"number2", {{"value", "7"}}}}));
}

CAF_TEST(the template may be named by the data and must be named) {
  auto what = simple({{"template_id", "OWN"}, {"thing1", "x"}});
  what.content.template_id.clear();
  const auto body = json::parse(test::composed(*account(), what, at).body);
  CAF_CHECK_EQUAL(body["template_id"], "OWN");
  CAF_CHECK(!body["data"].contains("template_id"));
  what.content.data = "{}";
  CAF_CHECK(account()->compose(what, at).error().code == errc::invalid);
}

CAF_TEST(a value is cut to what a key of its kind takes) {
  const auto cut = [](const char* key, const char* one) {
    std::string value;
    for (int i = 0; i < 50; ++i)
      value += one;
    return channels::wechat::fitted_value(key, value);
  };
  std::string nineteen;
  for (int i = 0; i < 19; ++i)
    nineteen += "中";
  CAF_CHECK_EQUAL(cut("thing1", "中"), nineteen + "…");
  CAF_CHECK_EQUAL(cut("character_string12", "a"), std::string(29, 'a') + "...");
  CAF_CHECK_EQUAL(cut("number2", "1"), std::string(32, '1'));
  CAF_CHECK_EQUAL(cut("letter2", "a"), std::string(32, 'a'));
  CAF_CHECK_EQUAL(cut("symbol2", "#"), std::string(5, '#'));
  CAF_CHECK_EQUAL(cut("phrase3", "中"), "中中中中中");
  CAF_CHECK_EQUAL(cut("name4", "中"), "中中中中中中中中中中");
  CAF_CHECK_EQUAL(cut("name4", "a"), std::string(20, 'a'));
  CAF_CHECK_EQUAL(cut("phone_number5", "1"), std::string(17, '1'));
  CAF_CHECK_EQUAL(cut("car_number6", "A"), std::string(8, 'A'));
  CAF_CHECK_EQUAL(cut("keyword1", "a").size(), 50u);
  CAF_CHECK_EQUAL(channels::wechat::fitted_value("thing1", "中"), "中");
}

CAF_TEST(an empty value is refused before it is sent) {
  const auto made = account()->compose(simple({}, R"({"thing1":""})"), at);
  CAF_REQUIRE(!made.has_value());
  CAF_CHECK(made.error().detail.find("thing1") != std::string::npos);
}

CAF_TEST(every answer of the vectors and of the error table is classified) {
  for (const auto* type : {"wechat", "wechat_mini"}) {
    const auto aut = account(type);
    const auto bad = [&](error_class wanted, const test::codes& rows) {
      return test::misread(*aut, wanted, rows);
    };
    CAF_CHECK_EQUAL(test::misjudged(*aut, sent_vectors("wechat_oa")), std::vector<std::string>{});
    CAF_CHECK_EQUAL(test::misjudged(*aut, sent_vectors("wechat_mp")), std::vector<std::string>{});
    CAF_CHECK_EQUAL(bad(error_class::transient, {-1, 40001, 40014, 42001, 41001}), test::none);
    CAF_CHECK_EQUAL(bad(error_class::invalid_credentials, {48001, 48004, 43104, 45109}),
                    test::none);
    CAF_CHECK_EQUAL(bad(error_class::invalid_recipient, {40003, 43004, 43019, 43101}), test::none);
    CAF_CHECK_EQUAL(bad(error_class::invalid_request, {40037, 40036, 47003, 47001, 41030, 41028,
                                                       40033, 45002, 44002, 40165, 40166}),
                    test::none);
    CAF_CHECK_EQUAL(bad(error_class::rate_limited, {45009, 45011}), test::none);
    CAF_CHECK(test::judges_anything(*aut));
  }
}

CAF_TEST(a refused token is renewed and one that is not given out is a matter of credentials) {
  const auto aut = account();
  for (const auto code : {40001, 40014, 42001, 41001})
    CAF_CHECK(test::judged(*aut, 200, json{{"errcode", code}}.dump()).refresh_token);
  for (const auto code : {40001, 40125, 40013, 40164, 41002, 41004, 40243, 50004, 50007}) {
    const auto came = test::refused(*aut, 200, json{{"errcode", code}}.dump());
    CAF_CHECK(came.error_class == error_class::invalid_credentials);
    CAF_CHECK(!came.refresh_token);
  }
  CAF_CHECK(test::refused(*aut, 200, R"({"errcode":-1})").error_class == error_class::transient);
}

CAF_TEST(what a hint repeats is not kept where no token is given) {
  const auto refused = test::refused(
    *account(), 200, R"({"errcode":40125,"errmsg":"invalid appsecret, hint: [SECRET] rid: x"})");
  CAF_CHECK(refused.excerpt.find("SECRET") == std::string::npos);
  CAF_CHECK(refused.excerpt.find("hint: […] rid: x") != std::string::npos);
}

CAF_TEST(the quota of a day is back at midnight in China) {
  const auto wait = [](std::int64_t now) {
    const auto sent = test::judged(*account(), 200, R"({"errcode":45009})", {}, from_millis(now));
    const auto asked = test::refused(*account(), 200, R"({"errcode":45009})", from_millis(now));
    const response came{.status = 200, .body = R"({"errcode":45009})"};
    CAF_CHECK_EQUAL(asked.wait, sent.wait);
    CAF_CHECK_EQUAL(account()->judge_probe(came, from_millis(now)).wait, sent.wait);
    return sent.wait;
  };
  // 2024-05-20T08:30:15Z is 16:30:15 there.
  CAF_CHECK_EQUAL(wait(1716193815000), std::chrono::hours{7} + seconds{29 * 60 + 45});
  CAF_CHECK_EQUAL(wait(1716220800000), std::chrono::hours{24});
}

}  // namespace wechat_suite
