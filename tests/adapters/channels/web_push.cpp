#define CAF_SUITE web_push

#include "adapters/channels/web_push_encryption.hpp"
#include "tests/adapters/channels/push_fixture.hpp"

#include "tests/caf_test.hpp"

namespace web_push_suite {

using namespace carillon;
using nlohmann::json;
namespace web_push = channels::web_push;

namespace {

std::string bytes(const std::string& text) {
  return channels::from_base64url(text).value();
}

json rfc8291() {
  return test::vectors("webpush", "rfc8291_aes128gcm").at(0);
}

/// The browser of RFC 8291's example.
std::string browser(const std::string& endpoint) {
  const auto in = rfc8291()["input"];
  return json{{"endpoint", endpoint},
              {"expirationTime", nullptr},
              {"keys", {{"p256dh", in["ua_public"]}, {"auth", in["auth"]}}}}
    .dump();
}

const std::string endpoint = "https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV";

std::map<std::string, std::string> keys() {
  return {{"vapid_private_key", test::p256_private_key}, {"subject", "mailto:ops@example.com"}};
}

channel_ptr pusher(std::map<std::string, std::string> how = keys()) {
  auto made = make_channel(test::push_settings("web_push", std::move(how)));
  CAF_REQUIRE(made.has_value());
  return *made;
}

http_request composed(const delivery& what, const channel_ptr& aut = pusher()) {
  auto made = aut->compose(what, test::push_stamp());
  CAF_REQUIRE(made.has_value());
  return std::get<http_request>(*made);
}

std::string refused_key(std::map<std::string, std::string> changes) {
  auto how = keys();
  for (auto& [name, value] : changes)
    how[name] = value;
  auto made = make_channel(test::push_settings("web_push", std::move(how)));
  if (made)
    return {};
  const auto why = made.error();
  return why.faults.at(0).path;
}

}  // namespace

CAF_TEST(the encryption is the one of the example in RFC 8291) {
  const auto one = rfc8291();
  const auto& in = one["input"];
  auto ephemeral = channels::key_pair::from_number(bytes(in["as_private"]));
  CAF_REQUIRE(ephemeral.has_value());
  CAF_CHECK_EQUAL(channels::base64url(ephemeral->public_point()), in["as_public"]);
  auto to = web_push::parse_subscription(browser(endpoint));
  CAF_REQUIRE(to.has_value());
  CAF_CHECK_EQUAL(channels::base64url(*ephemeral->shared_secret(to->p256dh)),
                  one["expected"]["ecdh_secret"]);
  auto body =
    web_push::encrypted(in["plaintext"].get<std::string>(), *to, *ephemeral, bytes(in["salt"]));
  CAF_REQUIRE(body.has_value());
  CAF_CHECK_EQUAL(channels::base64url(*body), one["expected"]["body"]);
}

CAF_TEST(the token says what RFC 8292 wants and is signed) {
  for (auto& one : test::vectors("webpush", "vapid_claims")) {
    auto sent = composed(test::push_message(browser(one["input"]["endpoint"])));
    auto authorization = test::header_of(sent, "Authorization");
    CAF_REQUIRE(authorization.starts_with("vapid t="));
    auto comma = authorization.find(", k=");
    CAF_REQUIRE(comma != std::string::npos);
    auto text = authorization.substr(8, comma - 8);
    auto token = test::read(text, test::p256_public_key);
    CAF_CHECK(token.genuine);
    CAF_CHECK_EQUAL(token.claims["aud"], one["expected"]["aud"]);
    CAF_CHECK_EQUAL(token.claims["sub"], one["input"]["subject"]);
    // The vector's `exp` is twelve hours after the moment of the tests, as ours is.
    CAF_CHECK_EQUAL(text.substr(0, text.rfind('.')), one["expected"]["signing_input"]);
    auto key = channels::key_pair::from_pem(test::p256_private_key);
    CAF_CHECK_EQUAL(authorization.substr(comma + 4), channels::base64url(key->public_point()));
  }
}

CAF_TEST(the request is the one of the vectors) {
  for (auto& one : test::vectors("webpush", "request")) {
    auto what = test::push_message(browser(one["input"]["endpoint"]), R"({"collapse_key":"upd"})");
    what.priority = priority::high;
    auto sent = composed(what);
    CAF_CHECK_EQUAL(sent.url, one["input"]["endpoint"].get<std::string>());
    CAF_CHECK(sent.guarded);
    for (auto name : {"TTL", "Urgency", "Topic", "Content-Encoding", "Content-Type"}) {
      std::string lower{name};
      std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
      CAF_CHECK_EQUAL(test::header_of(sent, name),
                      one["expected"]["headers"][lower].get<std::string>());
    }
  }
}

CAF_TEST(every answer of the vectors is classified) {
  auto aut = pusher();
  auto all = test::vectors("webpush", "classify/");
  CAF_CHECK(all.size() >= 8);
  for (auto& one : all)
    CAF_CHECK_EQUAL(test::objection(*aut, one), "");
  auto gone = aut->judge(response{.status = 410}, from_millis(0));
  CAF_CHECK(gone.error_class == error_class::invalid_recipient);
  auto taken = aut->judge(response{201, {{"location", "https://push/m/1"}}, ""}, from_millis(0));
  CAF_CHECK_EQUAL(taken.provider_message_id, "https://push/m/1");
}

CAF_TEST(a subscription is over with 404 and 410 alone) {
  auto aut = pusher();
  const auto now = from_millis(1716193815000);
  for (auto status : {404, 410})
    CAF_CHECK(aut->judge(response{.status = status}, now).gone_since == now);
  for (auto status : {201, 400, 401, 403, 413, 429, 500})
    CAF_CHECK(!aut->judge(response{.status = status}, now).gone_since);
}

CAF_TEST(no two messages are encrypted alike) {
  auto what = test::push_message(browser(endpoint));
  CAF_CHECK(composed(what).body.substr(0, 86) != composed(what).body.substr(0, 86));
}

CAF_TEST(a message fits in one record however long it is) {
  auto what = test::push_message(browser(endpoint));
  for (int i = 0; i < 3000; ++i)
    what.content.text += "鸡";
  auto sent = composed(what);
  CAF_CHECK(sent.body.size() <= 4096 && sent.body.size() > 4000);
}

CAF_TEST(the operator may put another host in place of the push services) {
  auto how = keys();
  how["base_url"] = "http://127.0.0.1:9007/";
  auto sent = composed(test::push_message(browser(endpoint)), pusher(how));
  CAF_CHECK_EQUAL(sent.url, "http://127.0.0.1:9007/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV");
  CAF_CHECK(!sent.guarded);
  auto authorization = test::header_of(sent, "Authorization").substr(8);
  auto token = test::read(authorization.substr(0, authorization.find(',')), test::p256_public_key);
  CAF_CHECK_EQUAL(token.claims["aud"], "https://push.example.net");
}

CAF_TEST(a long collapse key becomes a topic of its alphabet and length) {
  auto with_key = [](const char* data) {
    return test::header_of(composed(test::push_message(browser(endpoint), data)), "Topic");
  };
  auto topic = with_key(R"({"collapse_key":"订单 o-1"})");
  CAF_CHECK_EQUAL(topic.size(), 32u);
  CAF_CHECK(topic.find_first_of("+/= ") == std::string::npos);
  CAF_CHECK_EQUAL(topic, with_key(R"({"collapse_key":"订单 o-1"})"));
  CAF_CHECK(topic != with_key(R"({"collapse_key":"订单 o-2"})"));
  CAF_CHECK_EQUAL(with_key("{}"), "");
}

CAF_TEST(each push service has a limit of its own) {
  auto aut = pusher();
  auto key = [&](const std::string& url) {
    auto all = aut->scopes(test::push_message(browser(url)));
    CAF_REQUIRE_EQUAL(all.size(), 1u);
    return all[0].key;
  };
  CAF_CHECK_EQUAL(key("https://a.example/x"), key("https://a.example/y"));
  CAF_CHECK(key("https://a.example/x") != key("https://b.example/x"));
  CAF_CHECK(aut->scopes(test::push_message("nonsense")).empty());
}

CAF_TEST(what is no subscription is refused) {
  auto aut = pusher();
  auto good = json::parse(browser(endpoint));
  auto refuses = [&](const json& x) {
    const auto made = aut->compose(test::push_message(x.dump()), test::push_stamp());
    return !made && made.error().code == errc::not_found;
  };
  CAF_CHECK(!refuses(good));
  for (auto part : {"endpoint", "keys"}) {
    auto x = good;
    x.erase(part);
    CAF_CHECK(refuses(x));
  }
  for (auto& [name, value] : std::initializer_list<std::pair<const char*, json>>{
         {"auth", "short"}, {"p256dh", "AAAA"}, {"auth", 7}, {"p256dh", nullptr}}) {
    auto x = good;
    x["keys"][name] = value;
    CAF_CHECK(refuses(x));
  }
  auto off_curve = good;
  off_curve["keys"]["p256dh"] = channels::base64url("\x04" + std::string(64, '\x01'));
  CAF_CHECK(refuses(off_curve));
  auto other = good;
  other["endpoint"] = "file:///etc/passwd";
  CAF_CHECK(refuses(other));
  for (auto none : {json{}, json{"text"}, json{7}})
    CAF_CHECK(refuses(none));
}

CAF_TEST(the key may be a number as push libraries write it) {
  auto number = rfc8291()["input"]["as_private"].get<std::string>();
  CAF_CHECK_EQUAL(refused_key({{"vapid_private_key", number}}), "");
  for (auto bad : {"AAAA", "nonsense!", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})
    CAF_CHECK_EQUAL(refused_key({{"vapid_private_key", bad}}), "/vapid_private_key");
  CAF_CHECK_EQUAL(refused_key({{"vapid_private_key", test::rsa_private_key}}),
                  "/vapid_private_key");
  CAF_CHECK_EQUAL(refused_key({{"subject", "ops@example.com"}}), "/subject");
}

}  // namespace web_push_suite
