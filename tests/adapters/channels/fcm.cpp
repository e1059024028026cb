#define CAF_SUITE fcm

#include "tests/adapters/channels/push_fixture.hpp"

#include "tests/caf_test.hpp"

namespace fcm_suite {

using namespace carillon;
using nlohmann::json;

namespace {

constexpr auto base = "http://127.0.0.1:9006";

json account() {
  return {{"type", "service_account"},
          {"project_id", "test-project"},
          {"private_key_id", "key-1"},
          {"private_key", test::rsa_private_key},
          {"client_email", "push@test-project.iam.gserviceaccount.com"},
          {"token_uri", "http://127.0.0.1:9006/token"}};
}

channel_ptr fcm() {
  auto made = make_channel(
    test::push_settings("fcm", {{"service_account", account().dump()}, {"base_url", base}}));
  CAF_REQUIRE(made.has_value());
  return *made;
}

http_request composed(const delivery& what) {
  auto made = fcm()->compose(what, test::push_stamp("ya29.test"));
  CAF_REQUIRE(made.has_value());
  return std::get<http_request>(*made);
}

json message_of(const delivery& what) {
  return json::parse(composed(what).body)["message"];
}

response error_answer(int status, json error) {
  return {.status = status, .body = json{{"error", std::move(error)}}.dump()};
}

json with_code(const char* code) {
  return {
    {"status", "X"},
    {"details", json::array({{{"@type", "type.googleapis.com/google.firebase.fcm.v1.FcmError"},
                              {"errorCode", code}}})}};
}

}  // namespace

CAF_TEST(the request is the one of the vectors) {
  for (auto& one : test::vectors("fcm", "send_request")) {
    auto sent = composed(test::push_message("dev-token", R"({"id":"1","collapse_key":"k"})"));
    CAF_CHECK_EQUAL(sent.url, one["expected"]["url"].get<std::string>());
    CAF_CHECK_EQUAL(test::header_of(sent, "Authorization"), "Bearer ya29.test");
    CAF_CHECK_EQUAL(json::parse(sent.body), one["expected"]["json"]);
    CAF_CHECK(sent.http2 && !sent.guarded);
  }
}

CAF_TEST(every answer of the vectors is classified) {
  auto aut = fcm();
  auto all = test::vectors("fcm", "classify/");
  CAF_CHECK(all.size() >= 8);
  for (auto& one : all)
    CAF_CHECK_EQUAL(test::objection(*aut, one), "");
}

CAF_TEST(every code and status leads to its class) {
  using enum error_class;
  auto aut = fcm();
  auto judged = [&](const response& x) { return aut->judge(x, from_millis(0)); };
  for (auto [code, wanted] : std::initializer_list<std::pair<const char*, error_class>>{
         {"UNREGISTERED", invalid_recipient},
         {"INVALID_ARGUMENT", invalid_recipient},
         {"SENDER_ID_MISMATCH", invalid_recipient},
         {"QUOTA_EXCEEDED", rate_limited},
         {"UNAVAILABLE", transient},
         {"INTERNAL", transient},
         {"THIRD_PARTY_AUTH_ERROR", invalid_credentials}}) {
    auto came = judged(error_answer(400, with_code(code)));
    CAF_CHECK_EQUAL(to_string(came.error_class), to_string(wanted));
    CAF_CHECK_EQUAL(came.provider_code, code);
  }
  for (auto [status, wanted] : std::initializer_list<std::pair<const char*, error_class>>{
         {"UNAUTHENTICATED", transient},
         {"PERMISSION_DENIED", invalid_credentials},
         {"NOT_FOUND", invalid_credentials},
         {"RESOURCE_EXHAUSTED", rate_limited},
         {"INVALID_ARGUMENT", invalid_request}})
    CAF_CHECK_EQUAL(to_string(judged(error_answer(400, {{"status", status}})).error_class),
                    to_string(wanted));
}

CAF_TEST(a token is gone where FCM says that it is not registered) {
  auto aut = fcm();
  const auto now = from_millis(1716193815000);
  CAF_CHECK(aut->judge(error_answer(404, with_code("UNREGISTERED")), now).gone_since == now);
  for (auto code : {"INVALID_ARGUMENT", "SENDER_ID_MISMATCH", "UNAVAILABLE"})
    CAF_CHECK(!aut->judge(error_answer(404, with_code(code)), now).gone_since);
  CAF_CHECK(!aut->judge(error_answer(404, {{"status", "NOT_FOUND"}}), now).gone_since);
}

CAF_TEST(a wrong field is a fault of the request unless it is the address) {
  auto aut = fcm();
  auto with_field = [&](const char* field) {
    auto error = with_code("INVALID_ARGUMENT");
    error["details"].push_back({{"@type", "type.googleapis.com/google.rpc.BadRequest"},
                                {"fieldViolations", json::array({{{"field", field}}})}});
    return aut->judge(error_answer(400, error), from_millis(0)).error_class;
  };
  CAF_CHECK(with_field("message.token") == error_class::invalid_recipient);
  CAF_CHECK(with_field("message.data[0].value") == error_class::invalid_request);
}

CAF_TEST(any bytes are judged without an exception) {
  auto aut = fcm();
  for (auto body : {"", "{}", "[]", R"({"error":7})", R"({"error":{"details":7}})",
                    R"({"error":{"details":[7,{"@type":1,"fieldViolations":[]}]}})",
                    R"({"error":{"details":[{"fieldViolations":{}}]}})", "\xff"})
    for (auto status : {200, 400, 401, 500}) {
      aut->judge(response{.status = status, .body = body}, from_millis(0));
      aut->token(response{.status = status, .body = body}, from_millis(0));
    }
  auto garbage = aut->judge(response{.status = 200, .body = "<html>"}, from_millis(0));
  CAF_CHECK(garbage.error_class == error_class::transient);
}

CAF_TEST(the token is asked for with a signed assertion) {
  auto asked = fcm()->authorize(test::push_stamp());
  CAF_REQUIRE(asked.has_value());
  auto& sent = std::get<http_request>(std::get<request>(*asked));
  for (auto& one : test::vectors("fcm", "token_request")) {
    auto& wanted = one["expected"];
    CAF_CHECK_EQUAL(sent.url, one["input"]["token_uri"].get<std::string>());
    CAF_CHECK_EQUAL(test::header_of(sent, "Content-Type"),
                    wanted["headers"]["content-type"].get<std::string>());
    auto raw = wanted["body_raw"].get<std::string>();
    CAF_CHECK(sent.body.starts_with(raw.substr(0, raw.find('<'))));
  }
  auto token = test::read(sent.body.substr(sent.body.rfind('=') + 1), test::rsa_public_key);
  CAF_CHECK(token.genuine);
  CAF_CHECK_EQUAL(token.header, (json{{"alg", "RS256"}, {"typ", "JWT"}, {"kid", "key-1"}}));
  const auto who = account();
  CAF_CHECK_EQUAL(token.claims["iss"], who["client_email"]);
  CAF_CHECK_EQUAL(token.claims["aud"], who["token_uri"]);
  CAF_CHECK_EQUAL(token.claims["scope"], "https://www.googleapis.com/auth/firebase.messaging");
  CAF_CHECK_EQUAL(token.claims["iat"], 1716193815);
  CAF_CHECK_EQUAL(token.claims["exp"], 1716193815 + 3600);
}

CAF_TEST(a token is renewed five minutes before its end) {
  auto aut = fcm();
  auto now = from_millis(1000);
  auto came = aut->token(
    response{.status = 200, .body = R"({"access_token":"ya29.x","expires_in":3599})"}, now);
  CAF_REQUIRE(std::holds_alternative<grant>(came));
  auto& got = std::get<grant>(came);
  CAF_CHECK_EQUAL(got.token, "ya29.x");
  CAF_CHECK(got.refresh_at == now + seconds{3299});
  CAF_CHECK(got.expires_at == now + seconds{3599});
}

CAF_TEST(a refused assertion means bad credentials and a broken token service does not ) {
  auto aut = fcm();
  auto refused = [&](int status, const char* body) {
    return std::get<outcome>(aut->token(response{.status = status, .body = body}, from_millis(0)));
  };
  auto grant_refused = refused(400, R"({"error":"invalid_grant"})");
  CAF_CHECK(grant_refused.error_class == error_class::invalid_credentials);
  CAF_CHECK_EQUAL(grant_refused.provider_code, "invalid_grant");
  CAF_CHECK(refused(401, R"({"error":"invalid_client"})").error_class
            == error_class::invalid_credentials);
  CAF_CHECK(refused(503, "").error_class == error_class::transient);
  CAF_CHECK(refused(429, "").error_class == error_class::rate_limited);
  CAF_CHECK(refused(200, "{}").error_class == error_class::transient);
}

CAF_TEST(data is text alone and keeps out of the names of FCM) {
  auto message = message_of(test::push_message(
    "t", R"({"n":1,"o":{"a":[1]},"s":"é","from":"x","gcm.x":"y","google.z":"1","ttl_seconds":9})"));
  CAF_CHECK_EQUAL(message["data"], (json{{"n", "1"}, {"o", R"({"a":[1]})"}, {"s", "é"}}));
  CAF_CHECK_EQUAL(message["android"]["ttl"], "9s");
}

CAF_TEST(a topic is addressed by its name and low priority is normal) {
  auto what = test::push_message("topic:news", R"({"image":"https://x/y.png"})");
  what.priority = priority::low;
  auto message = message_of(what);
  CAF_CHECK_EQUAL(message["topic"], "news");
  CAF_CHECK(!message.contains("token"));
  CAF_CHECK_EQUAL(message["android"]["priority"], "NORMAL");
  CAF_CHECK_EQUAL(message["notification"]["image"], "https://x/y.png");
}

CAF_TEST(a message over the limit loses the end of its text before its data) {
  auto what = test::push_message("t", R"({"order":"o-1"})");
  for (int i = 0; i < 3000; ++i)
    what.content.text += "鸡";
  auto sent = composed(what);
  CAF_CHECK(sent.body.size() <= 4096 && sent.body.size() > 4000);
  auto message = json::parse(sent.body)["message"];
  CAF_CHECK(message["notification"]["body"].get<std::string>().ends_with("…"));
  CAF_CHECK_EQUAL(message["data"]["order"], "o-1");
  what.recipient = "topic:news";
  CAF_CHECK(composed(what).body.size() <= 2048);
  what.content.data = json{{"blob", std::string(5000, 'x')}}.dump();
  what.content.text = "short";
  message = message_of(what);
  CAF_CHECK(!message.contains("data"));
  CAF_CHECK_EQUAL(message["notification"]["body"], "short");
}

CAF_TEST(the credentials are tested with a message that is only validated) {
  auto asked = fcm()->probe(test::push_stamp("ya29.test"));
  auto body = json::parse(std::get<http_request>(*asked).body);
  CAF_CHECK_EQUAL(body["validate_only"], true);
  CAF_CHECK(fcm()->needs_token());
}

CAF_TEST(a service account without its parts is refused by its key) {
  for (auto part : {"project_id", "private_key", "client_email", "token_uri"}) {
    auto broken = account();
    broken.erase(part);
    auto made = make_channel(test::push_settings("fcm", {{"service_account", broken.dump()}}));
    CAF_REQUIRE(!made.has_value());
    const auto why = made.error();
    CAF_CHECK_EQUAL(why.faults.at(0).path, "/service_account");
  }
  auto wrong_kind = account();
  wrong_kind["private_key"] = test::p256_private_key;
  CAF_CHECK(!make_channel(test::push_settings("fcm", {{"service_account", wrong_kind.dump()}}))
               .has_value());
}

}  // namespace fcm_suite
