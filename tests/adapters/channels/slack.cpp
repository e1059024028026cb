#define CAF_SUITE slack

#include "adapters/channels/slack.hpp"
#include "tests/adapters/channels/misjudged.hpp"
#include "tests/adapters/channels/provider.hpp"

#include "tests/caf_test.hpp"

namespace slack_suite {

using namespace carillon;
using nlohmann::json;
using test::header;

namespace {

namespace slack = channels::slack;

channel_ptr hook() {
  return test::provider("slack", {{"webhook_url", "https://hooks.slack.com/services/T0/B0/XX"},
                                  {"base_url", "http://127.0.0.1:9005"}});
}

channel_ptr bot() {
  return test::provider(
    "slack", {{"bot_token", "xoxb-test-token"}, {"base_url", "http://127.0.0.1:9005/api/"}});
}

delivery message(std::string title, std::string text, std::string data = "{}") {
  delivery out;
  out.recipient = "C1";
  out.content = {.title = std::move(title), .text = std::move(text), .data = std::move(data)};
  return out;
}

json body_of(const channel_ptr& aut, const delivery& what) {
  return json::parse(test::composed(*aut, what).body);
}

}  // namespace

CAF_TEST(only the three characters that mean something are escaped) {
  for (const auto& one : test::vectors("slack", "escape"))
    CAF_CHECK_EQUAL(slack::escaped(one["input"]["text"].get<std::string>()),
                    one["expected"]["escaped"].get<std::string>());
  CAF_CHECK_EQUAL(slack::escaped("<!channel> 鸡肉 😀"), "&lt;!channel&gt; 鸡肉 😀");
}

CAF_TEST(requests are those that the libraries of Slack make) {
  for (const auto& one : test::vectors("slack", "webhook_request")) {
    const auto sent = test::composed(*hook(), message("", one["input"]["text"]));
    CAF_CHECK_EQUAL(sent.url, "http://127.0.0.1:9005/services/T0/B0/XX");
    CAF_CHECK_EQUAL(sent.body, one["expected"]["body_raw"].get<std::string>());
  }
  for (const auto& one : test::vectors("slack", "api_request")) {
    const auto sent = test::composed(*bot(), message("", one["input"]["text"]));
    CAF_CHECK_EQUAL(sent.url, one["expected"]["url"].get<std::string>());
    CAF_CHECK_EQUAL(sent.body, one["expected"]["body_raw"].get<std::string>());
    for (const auto& [name, value] : one["expected"]["headers"].items())
      CAF_CHECK_EQUAL(header(sent, name), value.get<std::string>());
  }
}

CAF_TEST(a title stands bold above the text) {
  CAF_CHECK_EQUAL(body_of(hook(), message("库存 & 预警", "a<b")),
                  json({{"text", "*库存 &amp; 预警*\na&lt;b"}}));
  const auto plain = body_of(hook(), message("标题", "*x*", R"({"msg_type":"text"})"));
  CAF_CHECK_EQUAL(plain, json({{"text", "标题\n*x*"}, {"mrkdwn", false}}));
}

CAF_TEST(words go as they are but for the three characters) {
  const auto sent = test::composed(*bot(), message("", std::string{test::special}));
  CAF_CHECK_EQUAL(test::copied(json::parse(sent.body)["text"]), slack::escaped(test::special));
  CAF_CHECK(sent.body.find("鸡肉库存不足 😀") != std::string::npos);
}

CAF_TEST(people are mentioned below the text and only from the data) {
  const auto what =
    message("", "<!channel> @here", R"({"at_user_ids":["U1","U<2>"],"at_all":true})");
  CAF_CHECK_EQUAL(test::copied(body_of(hook(), what)["text"]),
                  "&lt;!channel&gt; @here\n<@U1> <@U&lt;2&gt;> <!channel>");
}

CAF_TEST(a text over the limit is cut with a mark and keeps its mentions) {
  const auto text =
    slack::message({.title = "t", .text = std::string(50'000, '&')}, {.user_ids = {"U1"}}, false);
  CAF_CHECK(text.size() <= 40'000);
  CAF_CHECK(text.size() > 39'000);
  CAF_CHECK(text.ends_with("&amp;…\n<@U1>"));
}

CAF_TEST(every answer of a webhook is classified by its word) {
  const auto all = test::vectors("slack_webhook", "classify/");
  CAF_CHECK_EQUAL(all.size(), 10u);
  CAF_CHECK_EQUAL(test::misjudged(*hook(), all), std::vector<std::string>{});
  const auto is = [](error_class wanted, int status, std::initializer_list<const char*> words) {
    for (const auto* word : words) {
      CAF_MESSAGE(word);
      const auto came = test::judged(*hook(), status, word);
      CAF_CHECK_EQUAL(to_string(came.error_class), to_string(wanted));
      CAF_CHECK_EQUAL(came.provider_code, word);
    }
  };
  is(error_class::invalid_request, 400,
     {"invalid_payload", "no_text", "invalid_blocks", "invalid_blocks_format",
      "too_many_attachments"});
  is(error_class::invalid_recipient, 400,
     {"user_not_found", "posting_to_general_channel_denied", "channel_not_found",
      "channel_is_archived"});
  is(error_class::invalid_credentials, 404,
     {"invalid_token", "action_prohibited", "no_service", "no_service_id", "no_active_hooks",
      "no_team", "team_disabled"});
  is(error_class::transient, 500, {"rollup_error"});
  CAF_CHECK(test::judged(*hook(), 500, "anything").error_class == error_class::transient);
  const auto limited = test::judged(*hook(), 429, "rate_limited", {{"retry-after", "30"}});
  CAF_CHECK(limited.error_class == error_class::rate_limited);
  CAF_CHECK_EQUAL(limited.wait, seconds{30});
  CAF_CHECK(test::judged(*hook(), 200, "<html>").error_class == error_class::transient);
}

CAF_TEST(every answer of the API is classified by its error) {
  const auto all = test::vectors("slack_api", "classify/");
  CAF_CHECK_EQUAL(all.size(), 19u);
  CAF_CHECK_EQUAL(test::misjudged(*bot(), all), std::vector<std::string>{});
  const auto is = [](error_class wanted, std::initializer_list<const char*> errors) {
    for (const auto* one : errors) {
      CAF_MESSAGE(one);
      const auto came = test::judged(*bot(), 200, json{{"ok", false}, {"error", one}}.dump());
      CAF_CHECK_EQUAL(to_string(came.error_class), to_string(wanted));
      CAF_CHECK_EQUAL(came.provider_code, one);
    }
  };
  is(error_class::invalid_credentials,
     {"no_permission", "org_login_required", "ekm_access_denied", "access_denied"});
  is(error_class::invalid_recipient,
     {"restricted_action_read_only_channel", "cannot_dm_bot", "messages_tab_disabled"});
  is(error_class::invalid_request,
     {"msg_too_long", "too_many_attachments", "invalid_arguments", "invalid_arg_name",
      "invalid_charset", "invalid_form_data", "invalid_post_type", "invalid_json"});
  is(error_class::transient, {"fatal_error", "service_unavailable"});
  CAF_CHECK(test::judged(*bot(), 200, "{}").error_class == error_class::transient);
  CAF_CHECK(test::judged(*bot(), 429, R"({"ok":false,"error":"ratelimited"})").wait_is_own);
}

CAF_TEST(any bytes are judged without an exception) {
  CAF_CHECK(test::judges_anything(*hook()));
  CAF_CHECK(test::judges_anything(*bot()));
}

CAF_TEST(a bot is limited by conversation and a webhook is one) {
  const auto all = bot()->scopes(message("", "x"));
  CAF_REQUIRE_EQUAL(all.size(), 1u);
  CAF_CHECK_EQUAL(all[0].key, "C1");
  CAF_CHECK_EQUAL(all[0].limit.burst, 2);
  CAF_CHECK(hook()->scopes(message("", "x")).empty());
}

CAF_TEST(a bot can be tested without sending and a webhook cannot) {
  CAF_CHECK_EQUAL(test::probing(*bot()).url, "http://127.0.0.1:9005/api/auth.test");
  const auto refused = response{.status = 200, .body = R"({"ok":false,"error":"invalid_auth"})"};
  CAF_CHECK(bot()->judge_probe(refused, {}).error_class == error_class::invalid_credentials);
  CAF_CHECK(hook()->probe({}).error().code == errc::not_found);
}

CAF_TEST(a bot needs an address and a channel is a bot or a webhook) {
  auto what = message("", "x");
  what.recipient.clear();
  CAF_CHECK(bot()->compose(what, {}).error().code == errc::not_found);
  CAF_CHECK_EQUAL(test::faulty_key("slack", {}), "/webhook_url");
  CAF_CHECK_EQUAL(test::faulty_key("slack", {{"webhook_url", "https://x"}, {"bot_token", "xoxb"}}),
                  "/webhook_url");
  CAF_CHECK_EQUAL(test::faulty_key("slack", {{"webhook_url", "hooks.slack.com"}}), "/webhook_url");
}

CAF_TEST(a webhook is its own address) {
  channel_settings how{.name = "s", .type = "slack"};
  CAF_CHECK(needs_address(how));
  how.keys["webhook_url"] = "https://hooks.slack.com/services/T0/B0/XX";
  CAF_CHECK(!needs_address(how));
  CAF_CHECK(!needs_address({.name = "d", .type = "dingtalk"}));
  CAF_CHECK(needs_address({.name = "t", .type = "twilio"}));
  channel_settings posts{.name = "w", .type = "webhook"};
  CAF_CHECK(needs_address(posts));
  posts.keys["url"] = "https://example.org/in";
  CAF_CHECK(!needs_address(posts));
}

}  // namespace slack_suite
