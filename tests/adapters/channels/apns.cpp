#define CAF_SUITE apns

#include "adapters/channels/key_pair.hpp"
#include "tests/adapters/channels/push_fixture.hpp"

#include <cctype>

#include "tests/caf_test.hpp"

namespace apns_suite {

using namespace carillon;
using nlohmann::json;

namespace {

constexpr auto device = "00fc13adff785122b4ad28809a3420982341241421348097878e577c991de8f0";

std::map<std::string, std::string> keys() {
  return {{"team_id", "TEAM123456"},
          {"key_id", "KEY1234567"},
          {"key", test::p256_private_key},
          {"topic", "com.example.app"},
          {"base_url", "https://127.0.0.1:9007"}};
}

channel_ptr apns() {
  auto made = make_channel(test::push_settings("apns", keys()));
  CAF_REQUIRE(made.has_value());
  return *made;
}

http_request composed(const delivery& what) {
  auto made = apns()->compose(what, test::push_stamp("jwt"));
  CAF_REQUIRE(made.has_value());
  return std::get<http_request>(*made);
}

outcome judged(int status, const std::string& reason) {
  return apns()->judge(response{.status = status, .body = json{{"reason", reason}}.dump()},
                       from_millis(0));
}

std::string unhex(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    out.push_back(static_cast<char>(std::stoi(text.substr(i, 2), nullptr, 16)));
  return out;
}

}  // namespace

CAF_TEST(a signature in DER becomes r and s of 32 bytes each) {
  auto all = test::vectors("apns", "ecdsa_der_to_raw");
  CAF_CHECK_EQUAL(all.size(), 2u);
  for (auto& one : all)
    CAF_CHECK_EQUAL(channels::raw_signature(unhex(one["input"]["der_hex"].get<std::string>())),
                    unhex(one["expected"]["raw_hex"].get<std::string>()));
  CAF_CHECK_EQUAL(channels::raw_signature("no signature"), "");
}

CAF_TEST(the request is the one of the vectors) {
  for (auto& one : test::vectors("apns", "request")) {
    auto& wanted = one["expected"];
    auto what = test::push_message(device, R"({"collapse_key":"k"})");
    what.id = *parse_id<delivery_id>("dlv-" + one["input"]["notification_uuid"].get<std::string>());
    auto sent = composed(what);
    CAF_CHECK_EQUAL(
      sent.url, one["input"]["base_url"].get<std::string>() + wanted["path"].get<std::string>());
    CAF_CHECK_EQUAL(json::parse(sent.body), wanted["json"]);
    CAF_CHECK(sent.http2);
    for (auto& [name, value] : wanted["headers"].items())
      CAF_CHECK_EQUAL(test::header_of(sent, name),
                      name == "authorization" ? "bearer jwt" : value.get<std::string>());
  }
}

CAF_TEST(every answer of the vectors is classified) {
  auto aut = apns();
  auto all = test::vectors("apns", "classify/");
  CAF_CHECK(all.size() >= 15);
  for (auto& one : all)
    CAF_CHECK_EQUAL(test::objection(*aut, one), "");
}

CAF_TEST(every reason leads to its class) {
  using enum error_class;
  for (auto [reason, wanted] : std::initializer_list<std::pair<const char*, error_class>>{
         {"MissingProviderToken", invalid_credentials},
         {"BadCertificate", invalid_credentials},
         {"BadCertificateEnvironment", invalid_credentials},
         {"BadEnvironmentKeyIdInToken", invalid_credentials},
         {"Forbidden", invalid_credentials},
         {"BadTopic", invalid_credentials},
         {"BadExpirationDate", invalid_request},
         {"BadPriority", invalid_request},
         {"BadCollapseId", invalid_request},
         {"BadMessageId", invalid_request},
         {"PayloadEmpty", invalid_request},
         {"InvalidPushType", invalid_request},
         {"BadPath", invalid_request},
         {"MethodNotAllowed", invalid_request},
         {"SomethingNew", invalid_request}})
    CAF_CHECK_EQUAL(to_string(judged(400, reason).error_class), to_string(wanted));
  CAF_CHECK(judged(500, "SomethingNew").error_class == transient);
  auto device_limit = judged(429, "TooManyRequests");
  CAF_CHECK(device_limit.wait_is_own && device_limit.wait == seconds{60});
  CAF_CHECK(!judged(429, "TooManyProviderTokenUpdates").wait_is_own);
  CAF_CHECK_EQUAL(judged(410, "Unregistered").provider_code, "Unregistered");
}

CAF_TEST(a token is gone since the time that Apple names) {
  auto aut = apns();
  const auto now = from_millis(1716193815000);
  const auto since = [&](int status, const json& body) {
    return aut->judge(response{.status = status, .body = body.dump()}, now).gone_since;
  };
  const auto then = 1716100000123;
  for (auto reason : {"Unregistered", "ExpiredToken"}) {
    CAF_CHECK(since(410, {{"reason", reason}, {"timestamp", then}}) == from_millis(then));
    CAF_CHECK(since(410, {{"reason", reason}}) == now);
  }
  for (auto reason : {"BadDeviceToken", "DeviceTokenNotForTopic", "BadTopic"})
    CAF_CHECK(!since(400, {{"reason", reason}, {"timestamp", then}}));
  CAF_CHECK(!since(410, json::object()));
}

CAF_TEST(any bytes are judged without an exception) {
  auto aut = apns();
  for (auto body : {"", "{}", "[]", R"({"reason":7})", "\xff"})
    for (auto status : {200, 400, 410, 429, 503, 0})
      aut->judge(response{.status = status, .body = body}, from_millis(0));
}

CAF_TEST(the token is minted here and lasts between 20 and 60 minutes) {
  auto made = apns()->authorize(test::push_stamp());
  CAF_REQUIRE(made.has_value());
  auto& got = std::get<grant>(*made);
  auto token = test::read(got.token, test::p256_public_key);
  CAF_CHECK(token.genuine);
  CAF_CHECK_EQUAL(token.header, (json{{"alg", "ES256"}, {"kid", "KEY1234567"}}));
  CAF_CHECK_EQUAL(token.claims, (json{{"iss", "TEAM123456"}, {"iat", 1716193815}}));
  auto now = test::push_stamp().now;
  CAF_CHECK(got.refresh_at >= now + std::chrono::minutes{20});
  CAF_CHECK(got.refresh_at < got.expires_at);
  CAF_CHECK(got.expires_at <= now + std::chrono::minutes{60});
}

CAF_TEST(an address that is no device token is refused) {
  for (auto text : {"", "xyz", "../../1", "00fc13adff78512"})
    CAF_CHECK(apns()->compose(test::push_message(text), test::push_stamp("jwt")).error().code
              == errc::not_found);
}

CAF_TEST(data stands beside aps and cannot replace it) {
  auto what = test::push_message(
    device,
    R"({"aps":{"alert":"evil"},"order":{"n":9007199254740993},"sound":"ding.caf","badge":3})");
  what.priority = priority::low;
  auto sent = composed(what);
  auto body = json::parse(sent.body);
  CAF_CHECK_EQUAL(body["aps"]["alert"]["title"], "告警");
  CAF_CHECK_EQUAL(body["aps"]["sound"], "ding.caf");
  CAF_CHECK_EQUAL(body["aps"]["badge"], 3);
  CAF_CHECK_EQUAL(body["order"]["n"].get<std::int64_t>(), 9007199254740993);
  CAF_CHECK_EQUAL(test::header_of(sent, "apns-priority"), "5");
}

CAF_TEST(a payload over the limit is cut with a mark) {
  auto what = test::push_message(device, json{{"collapse_key", std::string(100, 'k')}}.dump());
  what.content.text = std::string(9000, 'x');
  auto sent = composed(what);
  CAF_CHECK(sent.body.size() <= 4096 && sent.body.size() > 4000);
  CAF_CHECK(sent.body.find("…") != std::string::npos);
  CAF_CHECK_EQUAL(test::header_of(sent, "apns-collapse-id").size(), 64u);
}

CAF_TEST(the credentials are good where only the device of the probe is unknown) {
  auto aut = apns();
  CAF_CHECK(aut->probe(test::push_stamp("jwt")).has_value());
  auto probed = [&](int status, const char* reason) {
    return aut->judge_probe(response{.status = status, .body = json{{"reason", reason}}.dump()}, {})
      .error_class;
  };
  CAF_CHECK(probed(400, "BadDeviceToken") == error_class::none);
  CAF_CHECK(probed(403, "InvalidProviderToken") == error_class::invalid_credentials);
}

CAF_TEST(a key that is no P - 256 key is refused by its name) {
  for (auto& key : {std::string{"nonsense"}, test::rsa_private_key}) {
    auto how = keys();
    how["key"] = key;
    auto made = make_channel(test::push_settings("apns", how));
    CAF_REQUIRE(!made.has_value());
    const auto why = made.error();
    CAF_CHECK_EQUAL(why.faults.at(0).path, "/key");
  }
}

}  // namespace apns_suite
