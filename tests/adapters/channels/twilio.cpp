#define CAF_SUITE twilio

#include "adapters/channels/utf16.hpp"
#include "tests/adapters/channels/misjudged.hpp"
#include "tests/adapters/channels/provider.hpp"

#include "tests/caf_test.hpp"

namespace twilio_suite {

using namespace carillon;
using nlohmann::json;
using test::header;

namespace {

channel_ptr account(std::string from = "+15017122661") {
  return test::provider("twilio", {{"account_sid", "AC0123456789abcdef0123456789abcdef"},
                                   {"auth_token", "0123456789abcdef0123456789abcdef"},
                                   {"from", std::move(from)},
                                   {"base_url", "http://127.0.0.1:9004"}});
}

delivery greeting(std::string text) {
  delivery out;
  out.recipient = "+15558675310";
  out.content.text = std::move(text);
  return out;
}

outcome refused(int status, int code) {
  return test::judged(*account(), status, json{{"code", code}, {"status", status}}.dump());
}

}  // namespace

CAF_TEST(a message becomes the form that the provider documents) {
  for (const auto& one : test::vectors("twilio", "request")) {
    const auto sent = test::composed(*account(), greeting(one["input"]["body"].get<std::string>()));
    const auto& wanted = one["expected"];
    CAF_CHECK_EQUAL(sent.method, wanted["method"].get<std::string>());
    CAF_CHECK_EQUAL(sent.url, wanted["url"].get<std::string>());
    CAF_CHECK_EQUAL(sent.body, wanted["body_raw"].get<std::string>());
    for (const auto& [name, value] : wanted["headers"].items())
      CAF_CHECK_EQUAL(header(sent, name), value.get<std::string>());
  }
}

CAF_TEST(a messaging service may be the sender) {
  const auto sent = test::composed(*account("MG123"), greeting("x"));
  CAF_CHECK_EQUAL(sent.body, "To=%2B15558675310&MessagingServiceSid=MG123&Body=x");
}

CAF_TEST(a text over the limit is cut with a mark on the border of a character) {
  std::string text = "x";
  for (int i = 0; i < 1000; ++i)
    text += "😀";
  const auto kept = channels::cut_utf16(text, 1600);
  CAF_CHECK_EQUAL(channels::utf16_units(kept), 1600u);
  CAF_CHECK(kept.ends_with("😀…"));
  const auto sent = test::composed(*account(), greeting(text));
  CAF_CHECK(sent.body.ends_with("%F0%9F%98%80%E2%80%A6"));
  CAF_CHECK_EQUAL(channels::cut_utf16("鸡肉", 2), "鸡肉");
  CAF_CHECK_EQUAL(channels::cut_utf16("鸡肉汤", 2), "鸡…");
  CAF_CHECK_EQUAL(channels::cut_utf16("😀😀", 3), "😀…");
  CAF_CHECK_EQUAL(channels::cut_utf16("😀😀", 2), "…");
}

CAF_TEST(a message without a text is its title) {
  auto what = greeting("");
  what.content.title = "订单";
  CAF_CHECK(test::composed(*account(), what).body.ends_with("Body=%E8%AE%A2%E5%8D%95"));
}

CAF_TEST(every answer of the error table is classified by its code) {
  CAF_CHECK_EQUAL(test::misjudged(*account(), test::vectors("twilio", "classify/")),
                  std::vector<std::string>{});
  const auto is = [](error_class wanted, std::initializer_list<int> codes) {
    for (const auto code : codes) {
      CAF_MESSAGE(code);
      CAF_CHECK_EQUAL(to_string(refused(400, code).error_class), to_string(wanted));
      CAF_CHECK_EQUAL(refused(400, code).provider_code, std::to_string(code));
    }
  };
  is(error_class::invalid_credentials, {20003, 20404, 21408, 21606, 21659});
  is(error_class::rate_limited, {20429, 21611});
  is(error_class::invalid_recipient, {21211, 21214, 21217, 21610, 21612, 21614});
  is(error_class::invalid_request, {21602, 21617, 99999});
  CAF_CHECK(refused(503, 20500).error_class == error_class::transient);
  CAF_CHECK(test::judged(*account(), 401, "").error_class == error_class::invalid_credentials);
  CAF_CHECK_EQUAL(test::judged(*account(), 429, "", {{"retry-after", "9"}}).wait, seconds{9});
}

CAF_TEST(what cannot be read is judged by its status and a 201 is ambiguous) {
  CAF_CHECK(test::judges_anything(*account()));
  const auto came = test::judged(*account(), 201, "<html>");
  CAF_CHECK(came.error_class == error_class::transient);
  CAF_CHECK(came.excerpt.find("outcome is unknown") != std::string::npos);
  CAF_CHECK(test::judged(*account(), 502, "<html>").error_class == error_class::transient);
}

CAF_TEST(its credentials are tried by reading the account) {
  const auto sent = test::probing(*account());
  CAF_CHECK_EQUAL(sent.method, "GET");
  CAF_CHECK_EQUAL(
    sent.url, "http://127.0.0.1:9004/2010-04-01/Accounts/AC0123456789abcdef0123456789abcdef.json");
  CAF_CHECK(!header(sent, "Authorization").empty());
}

}  // namespace twilio_suite
