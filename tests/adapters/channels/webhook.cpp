#define CAF_SUITE webhook

#include "adapters/channels/registry.hpp"
#include "adapters/channels/signature.hpp"
#include "adapters/channels/sinks.hpp"
#include "tests/adapters/channels/vectors.hpp"

#include "tests/caf_test.hpp"

namespace webhook_suite {

using namespace carillon;
using nlohmann::json;

namespace {

constexpr auto secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
constexpr auto new_secret = "whsec_YW5vdGhlci1zZWNyZXQtb2YtMjQtYnl0ZQ==";

result<channel_ptr> make(std::string url, std::string secrets) {
  channel_settings how{.name = "hook", .type = "webhook"};
  how.keys = {{"url", std::move(url)}, {"secret", std::move(secrets)}};
  return make_channel(how);
}

delivery stock_warning() {
  delivery out;
  out.channel = "hook";
  out.user_id = "user-123";
  out.created_at = from_millis(1716193815000);
  out.content = {"inventory.low", "库存预警", "鸡肉 \"5kg\" 😀", R"({"stock":12345678901234567})"};
  return out;
}

http_request composed(const channel_ptr& aut, const delivery& what, int at = 1716193900) {
  auto made = aut->compose(what, {timestamp{seconds{at}}, 7});
  CAF_REQUIRE(made.has_value());
  return std::get<http_request>(*made);
}

std::string header(const http_request& x, std::string_view name) {
  for (auto& [key, value] : x.headers)
    if (key == name)
      return value;
  return {};
}

/// What a receiver computes from what it got.
std::string expected_signature(const http_request& x, std::string_view key_base64) {
  auto key = channels::from_base64(key_base64);
  auto content = header(x, "webhook-id") + "." + header(x, "webhook-timestamp") + "." + x.body;
  return "v1," + channels::base64(channels::hmac_sha256(*key, content));
}

}  // namespace

CAF_TEST(signatures are those of the reference libraries) {
  for (auto& one : test::vectors("webhook", "standard_webhooks_sign")) {
    auto& in = one["input"];
    auto content = in["id"].get<std::string>() + "." + std::to_string(in["timestamp_s"].get<int>())
                   + "." + in["body"].get<std::string>();
    std::string header;
    for (auto& x : in["secrets"]) {
      auto key = channels::from_base64(x.get<std::string>().substr(6));
      header +=
        (header.empty() ? "v1," : " v1,") + channels::base64(channels::hmac_sha256(*key, content));
    }
    CAF_CHECK_EQUAL(header, one["expected"]["signature_header"].get<std::string>());
  }
}

CAF_TEST(a delivery becomes the body of the contract) {
  auto sent = composed(*make("http://127.0.0.1:9/x", secret), stock_warning());
  CAF_CHECK_EQUAL(sent.url, "http://127.0.0.1:9/x");
  CAF_CHECK(!sent.guarded);
  auto body = json::parse(sent.body);
  CAF_CHECK_EQUAL(body["type"], "inventory.low");
  CAF_CHECK_EQUAL(body["timestamp"], "2024-05-20T08:30:15.000Z");
  auto& data = body["data"];
  CAF_CHECK_EQUAL(data["delivery_id"], to_text(stock_warning().id));
  CAF_CHECK(data["event_id"].is_null() && data["notification_id"].is_null());
  CAF_CHECK_EQUAL(data["title"], "库存预警");
  CAF_CHECK_EQUAL(data["message"], "鸡肉 \"5kg\" 😀");
  CAF_CHECK_EQUAL(data["recipient"], "user-123");
  CAF_CHECK_EQUAL(data["data"]["stock"], 12345678901234567);
}

CAF_TEST(a retry has the same id and words and a fresh timestamp and signature) {
  auto aut = *make("http://127.0.0.1:9/x", secret);
  auto first = composed(aut, stock_warning(), 1000);
  auto second = composed(aut, stock_warning(), 2000);
  CAF_CHECK_EQUAL(header(first, "webhook-id"), header(second, "webhook-id"));
  CAF_CHECK_EQUAL(first.body, second.body);
  CAF_CHECK_EQUAL(header(second, "webhook-timestamp"), "2000");
  CAF_CHECK_EQUAL(header(second, "webhook-signature"),
                  expected_signature(second, std::string_view{secret}.substr(6)));
}

CAF_TEST(while a secret is replaced both sign) {
  auto aut = *make("http://127.0.0.1:9/x", std::string{secret} + " " + new_secret);
  auto sent = composed(aut, stock_warning());
  CAF_CHECK_EQUAL(header(sent, "webhook-signature"),
                  expected_signature(sent, std::string_view{secret}.substr(6)) + " "
                    + expected_signature(sent, std::string_view{new_secret}.substr(6)));
}

CAF_TEST(a recipient that is a url is posted to under guard) {
  auto what = stock_warning();
  what.recipient = "https://example.org/in";
  auto sent = composed(*make("http://127.0.0.1:9/x", secret), what);
  CAF_CHECK_EQUAL(sent.url, "https://example.org/in");
  CAF_CHECK(sent.guarded);
}

CAF_TEST(without any url the recipient is invalid) {
  CAF_CHECK((*make("", secret))->compose(stock_warning(), {}).error().code == errc::not_found);
}

CAF_TEST(a trace is passed on) {
  auto what = stock_warning();
  what.trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
  auto sent = composed(*make("http://127.0.0.1:9/x", ""), what);
  auto trace = header(sent, "traceparent");
  CAF_CHECK(trace.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-"));
  CAF_CHECK_EQUAL(trace.size(), 55u);
}

CAF_TEST(answers are classified as the specification says) {
  auto aut = *make("http://127.0.0.1:9/x", secret);
  for (auto& one : test::vectors("webhook", "classify/")) {
    CAF_MESSAGE(one["case"].get<std::string>());
    auto came = aut->judge(test::response_of<response>(one["input"]), from_millis(1716193815000));
    CAF_CHECK_EQUAL(
      std::string{came.error_class == error_class::none ? "ok" : to_string(came.error_class)},
      one["expected"]["class"].get<std::string>());
    if (one["expected"].contains("retry_after_s"))
      CAF_CHECK_EQUAL(came.wait.count(), 1000 * one["expected"]["retry_after_s"].get<int>());
  }
  auto judged = [&](int status) {
    return aut->judge(response{.status = status}, from_millis(0)).error_class;
  };
  CAF_CHECK(judged(410) == error_class::invalid_recipient);
  CAF_CHECK(judged(404) == error_class::transient);
  CAF_CHECK(judged(500) == error_class::transient);
}

CAF_TEST(an endpoint is gone with 410 alone) {
  auto aut = *make("http://127.0.0.1:9/x", secret);
  const auto now = from_millis(1716193815000);
  CAF_CHECK(aut->judge(response{.status = 410}, now).gone_since == now);
  for (auto status : {200, 301, 401, 404, 429, 500})
    CAF_CHECK(!aut->judge(response{.status = status}, now).gone_since);
  CAF_CHECK(!aut->judge(transport_error{transport_failure::refused, "x"}, now).gone_since);
}

CAF_TEST(no answer is worth another try but for a forbidden address) {
  auto aut = *make("http://127.0.0.1:9/x", secret);
  auto judged = [&](transport_failure why) {
    return aut->judge(transport_error{why, "x"}, from_millis(0));
  };
  CAF_CHECK(judged(transport_failure::connect).error_class == error_class::transient);
  CAF_CHECK(judged(transport_failure::refused).error_class == error_class::invalid_recipient);
  CAF_CHECK(judged(transport_failure::no_answer).excerpt.find("outcome is unknown")
            != std::string::npos);
}

CAF_TEST(a secret that is none is refused without being shown) {
  auto made = make("http://127.0.0.1:9/x", "whsec_short");
  CAF_REQUIRE(!made.has_value());
  CAF_CHECK(made.error().detail.find("short") == std::string::npos);
}

CAF_TEST(a sink is told what is in the content and nothing around it) {
  channel_settings how{.name = "sink:erp", .type = "webhook"};
  how.keys = {{"url", "http://127.0.0.1:9/x"}, {"secret", secret}};
  auto sink = *channels::make_webhook_sink(how);
  auto sent = composed(sink, stock_warning());
  auto body = json::parse(sent.body);
  CAF_CHECK_EQUAL(body["type"], "inventory.low");
  CAF_CHECK_EQUAL(body["timestamp"], "2024-05-20T08:30:15.000Z");
  CAF_CHECK_EQUAL(body["data"], json::parse(stock_warning().content.data));
  CAF_CHECK_EQUAL(header(sent, "webhook-signature"),
                  expected_signature(sent, std::string_view{secret}.substr(6)));
}

CAF_TEST(a sink that refuses a signature is tried again) {
  channel_settings how{.name = "sink:erp", .type = "webhook"};
  how.keys = {{"url", "http://127.0.0.1:9/x"}};
  auto sink = *channels::make_webhook_sink(how);
  CAF_CHECK(sink->judge(response{.status = 401}, from_millis(0)).error_class
            == error_class::transient);
  CAF_CHECK(sink->judge(response{.status = 410}, from_millis(0)).error_class
            == error_class::invalid_recipient);
  CAF_CHECK(sink->judge(response{.status = 204}, from_millis(0)).error_class == error_class::none);
}

CAF_TEST(a sink without a url is refused) {
  channel_settings how{.name = "sink:erp", .type = "webhook"};
  CAF_CHECK(!channels::make_webhook_sink(how).has_value());
}

}  // namespace webhook_suite
