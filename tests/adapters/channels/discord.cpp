#define CAF_SUITE discord

#include "adapters/channels/utf16.hpp"
#include "tests/adapters/channels/misjudged.hpp"
#include "tests/adapters/channels/provider.hpp"

#include "tests/caf_test.hpp"

namespace discord_suite {

using namespace carillon;
using nlohmann::json;

namespace {

channel_ptr webhook(std::string url = "https://discord.com/api/v10/webhooks/1/tok") {
  return test::provider("discord",
                        {{"webhook_url", std::move(url)}, {"base_url", "http://127.0.0.1:9010"}});
}

delivery message(std::string title, std::string text) {
  delivery out;
  out.content = {.title = std::move(title), .text = std::move(text)};
  return out;
}

json content_of(const delivery& what) {
  return json::parse(test::composed(*webhook(), what).body)["content"];
}

}  // namespace

CAF_TEST(a message waits for its outcome and mentions nobody) {
  for (const auto& one : test::vectors("discord", "request")) {
    const auto sent = test::composed(*webhook(), message("", one["input"]["content"]));
    CAF_CHECK_EQUAL(sent.method, one["expected"]["method"].get<std::string>());
    CAF_CHECK_EQUAL(sent.url, one["expected"]["url"].get<std::string>());
    CAF_CHECK_EQUAL(json::parse(sent.body), one["expected"]["json"]);
  }
  const auto threaded = test::composed(*webhook("https://d/api/webhooks/1/tok?thread_id=9"), {});
  CAF_CHECK_EQUAL(threaded.url, "http://127.0.0.1:9010/api/webhooks/1/tok?thread_id=9&wait=true");
}

CAF_TEST(words go as they are with the title above them) {
  CAF_CHECK_EQUAL(content_of(message("库存预警", std::string{test::special})),
                  "**库存预警**\n" + std::string{test::special});
  CAF_CHECK_EQUAL(content_of(message("库存预警", "")), "库存预警");
}

CAF_TEST(a text over the limit is cut with a mark) {
  std::string text;
  for (int i = 0; i < 3000; ++i)
    text += "鸡";
  const auto kept = content_of(message("t", text)).get<std::string>();
  CAF_CHECK_EQUAL(channels::utf16_units(kept), 2000u);
  CAF_CHECK(kept.ends_with("鸡…"));
}

CAF_TEST(every answer of the error table is classified) {
  const auto all = test::vectors("discord", "classify/");
  CAF_CHECK_EQUAL(all.size(), 8u);
  CAF_CHECK_EQUAL(test::misjudged(*webhook(), all), std::vector<std::string>{});
  const auto is = [](int status, error_class wanted) {
    CAF_CHECK_EQUAL(to_string(test::judged(*webhook(), status, "{}").error_class),
                    to_string(wanted));
  };
  is(401, error_class::invalid_credentials);
  is(403, error_class::invalid_credentials);
  is(404, error_class::invalid_credentials);
  is(400, error_class::invalid_request);
  is(429, error_class::rate_limited);
  is(500, error_class::transient);
  const auto banned = test::judged(*webhook(), 429, "<html>", {{"retry-after", "65"}});
  CAF_CHECK_EQUAL(banned.wait, seconds{65});
}

CAF_TEST(an answer that uses up its window says how long the next waits) {
  const auto waits = [](std::vector<std::pair<std::string, std::string>> headers) {
    const auto came = test::judged(*webhook(), 200, R"({"id":"7"})", std::move(headers));
    CAF_CHECK(came.error_class == error_class::none);
    CAF_CHECK_EQUAL(came.provider_message_id, "7");
    return came.wait;
  };
  CAF_CHECK_EQUAL(
    waits({{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset-after", "1.337"}}).count(), 1337);
  CAF_CHECK_EQUAL(
    waits({{"x-ratelimit-remaining", "1"}, {"x-ratelimit-reset-after", "1.337"}}).count(), 0);
  for (const auto* odd : {"", "soon", "-1", "{}"})
    CAF_CHECK_EQUAL(
      waits({{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset-after", odd}}).count(), 0);
}

CAF_TEST(a refusal for everybody holds the whole channel back) {
  for (const auto* global : {"true", "false"}) {
    const auto came =
      test::judged(*webhook(), 429,
                   R"({"message":"x","retry_after":64.57,"global":)" + std::string{global} + "}",
                   {{"retry-after", "65"}});
    CAF_CHECK(came.error_class == error_class::rate_limited);
    CAF_CHECK_EQUAL(came.wait.count(), 64'570);
    CAF_CHECK(!came.wait_is_own);
  }
}

CAF_TEST(a 200 that cannot be read is ambiguous) {
  CAF_CHECK(test::judges_anything(*webhook()));
  const auto came = test::judged(*webhook(), 200, "<html>");
  CAF_CHECK(came.error_class == error_class::transient);
  CAF_CHECK(came.excerpt.find("outcome is unknown") != std::string::npos);
}

CAF_TEST(a webhook is tried by reading it) {
  const auto sent = test::probing(*webhook());
  CAF_CHECK_EQUAL(sent.method, "GET");
  CAF_CHECK_EQUAL(sent.url, "http://127.0.0.1:9010/api/v10/webhooks/1/tok");
  const auto gone = response{.status = 404, .body = R"({"code":10015})"};
  CAF_CHECK(webhook()->judge_probe(gone, {}).error_class == error_class::invalid_credentials);
}

CAF_TEST(its url must be one) {
  CAF_CHECK_EQUAL(test::faulty_key("discord", {{"webhook_url", "discord.com"}}), "/webhook_url");
  CAF_CHECK_EQUAL(test::faulty_key("discord", {}), "/webhook_url");
}

}  // namespace discord_suite
