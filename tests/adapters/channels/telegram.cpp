#define CAF_SUITE telegram

#include "adapters/channels/telegram.hpp"
#include "tests/adapters/channels/misjudged.hpp"
#include "tests/adapters/channels/provider.hpp"

#include "tests/caf_test.hpp"

namespace telegram_suite {

using namespace carillon;
using nlohmann::json;

namespace {

namespace telegram = channels::telegram;
using telegram::markup;

const std::map<std::string, std::string> keys{
  {"bot_token", "123456:TEST-TOKEN"}, {"thread_id", "5"}, {"base_url", "http://127.0.0.1:8081"}};

channel_ptr bot() {
  return test::provider("telegram", keys);
}

delivery message(std::string chat = "-1001234567890", std::string data = "{}") {
  delivery out;
  out.recipient = std::move(chat);
  out.content = {.title = "库存预警 😀", .text = "鸡肉 *5kg* <b>", .data = std::move(data)};
  return out;
}

json body_of(const delivery& what, bool plain = false) {
  return json::parse(test::composed(*bot(), what, {.now = from_millis(0), .plain = plain}).body);
}

/// An answer as the server words it.
outcome told(int code, const std::string& description, json parameters = nullptr) {
  json body{{"ok", false}, {"error_code", code}, {"description", description}};
  if (!parameters.is_null())
    body["parameters"] = std::move(parameters);
  return test::judged(*bot(), code, body.dump());
}

}  // namespace

CAF_TEST(text is escaped as each markup wants it) {
  for (const auto& one : test::vectors("telegram", "markdownv2_escape"))
    if (one["case"] == "markdownv2_escape")
      CAF_CHECK_EQUAL(
        telegram::escaped(one["input"]["text"].get<std::string>(), markup::markdown_v2),
        one["expected"]["escaped"].get<std::string>());
  for (const auto& one : test::vectors("telegram", "html_escape"))
    CAF_CHECK_EQUAL(telegram::escaped(one["input"]["text"].get<std::string>(), markup::html),
                    one["expected"]["escaped"].get<std::string>());
}

CAF_TEST(the body is the one that the API documents) {
  for (const auto& one : test::vectors("telegram", "request")) {
    const auto& in = one["input"];
    const auto body = telegram::body({.chat_id = in["chat_id"],
                                      .text = in["text"],
                                      .parse_mode = markup::markdown_v2,
                                      .thread_id = in["message_thread_id"],
                                      .silent = in["disable_notification"]});
    CAF_CHECK_EQUAL(json::parse(body), one["expected"]["json"]);
    CAF_CHECK(test::composed(*bot(), message()).url == one["expected"]["url"].get<std::string>());
  }
}

CAF_TEST(words go as they are and the title is bold by an entity) {
  const auto sent = test::composed(*bot(), message());
  CAF_CHECK_EQUAL(test::header(sent, "content-type"), "application/json; charset=utf-8");
  CAF_CHECK(sent.body.find("库存预警 😀") != std::string::npos);
  const auto body = json::parse(sent.body);
  CAF_CHECK_EQUAL(body["text"], "库存预警 😀\n\n鸡肉 *5kg* <b>");
  CAF_CHECK_EQUAL(body["entities"], json::parse(R"([{"type":"bold","offset":0,"length":7}])"));
  CAF_CHECK(!body.contains("parse_mode"));
  CAF_CHECK_EQUAL(body["chat_id"], -1001234567890);
  auto what = message();
  what.content = {.title = "t", .text = std::string{test::special}};
  CAF_CHECK(body_of(what)["text"] == "t\n\n" + std::string{test::special});
}

CAF_TEST(a markup that the message names is kept and only the title escaped) {
  const auto html = body_of(message("1", R"({"parse_mode":"html"})"));
  CAF_CHECK_EQUAL(html["parse_mode"], "HTML");
  CAF_CHECK_EQUAL(html["text"], "<b>库存预警 😀</b>\n\n鸡肉 *5kg* <b>");
  auto what = message("1", R"({"parse_mode":"MarkdownV2"})");
  what.content.title = "1.5";
  CAF_CHECK(body_of(what)["text"] == "*1\\.5*\n\n鸡肉 *5kg* <b>");
  CAF_CHECK(!body_of(message("1", R"({"parse_mode":"poem"})")).contains("parse_mode"));
}

CAF_TEST(what could not be parsed is sent again without any markup) {
  const auto came = told(400, "Bad Request: can't parse entities: Unsupported start tag");
  CAF_CHECK(came.error_class == error_class::invalid_request);
  CAF_CHECK(came.resend_plain);
  const auto body = body_of(message("1", R"({"parse_mode":"HTML"})"), true);
  CAF_CHECK_EQUAL(body["text"], "库存预警 😀\n\n鸡肉 *5kg* <b>");
  CAF_CHECK(!body.contains("parse_mode"));
  CAF_CHECK(!body.contains("entities"));
}

CAF_TEST(a topic is named in groups but never the general one) {
  CAF_CHECK(body_of(message("-100"))["message_thread_id"] == 5);
  CAF_CHECK(body_of(message("@ops"))["message_thread_id"] == 5);
  CAF_CHECK(!body_of(message("42")).contains("message_thread_id"));
  auto general = keys;
  general["thread_id"] = "1";
  const auto sent = test::composed(*test::provider("telegram", general), message());
  CAF_CHECK(!json::parse(sent.body).contains("message_thread_id"));
}

CAF_TEST(a low priority makes no sound) {
  auto what = message();
  CAF_CHECK(!body_of(what).contains("disable_notification"));
  what.priority = priority::low;
  CAF_CHECK(body_of(what)["disable_notification"] == true);
}

CAF_TEST(a text over the limit is cut by characters with a mark) {
  auto what = message();
  what.content = {.title = "😀", .text = {}};
  for (int i = 0; i < 5000; ++i)
    what.content.text += "鸡";
  const auto text = body_of(what)["text"].get<std::string>();
  CAF_CHECK(text.ends_with("鸡…"));
  CAF_CHECK_EQUAL(text.size(), 4 + 2 + 3 * 4093u);  // 😀, two line feeds, the rest in three bytes
}

CAF_TEST(every answer of the vectors is classified) {
  const auto all = test::vectors("telegram", "classify/");
  CAF_CHECK_EQUAL(all.size(), 12u);
  CAF_CHECK_EQUAL(test::misjudged(*bot(), all), std::vector<std::string>{});
}

CAF_TEST(every description of the error table is classified) {
  const auto is = [](error_class wanted, int code, std::initializer_list<const char*> texts) {
    for (const auto* text : texts) {
      CAF_MESSAGE(text);
      const auto came = told(code, text);
      CAF_CHECK_EQUAL(to_string(came.error_class), to_string(wanted));
      CAF_CHECK_EQUAL(came.provider_code, std::to_string(code));
    }
  };
  is(error_class::invalid_recipient, 400,
     {"Bad Request: chat not found", "Bad Request: private chat not found",
      "Bad Request: message thread not found", "Bad Request: TOPIC_CLOSED",
      "Bad Request: not enough rights to send text messages to the chat",
      "Bad Request: have no write access to the chat",
      "Bad Request: need administrator rights in the channel chat"});
  is(error_class::invalid_recipient, 403,
     {"Forbidden: bot was blocked by the user", "Forbidden: user is deactivated",
      "Forbidden: bot was kicked from the group chat",
      "Forbidden: bot is not a member of the channel chat", "Forbidden: the group chat was deleted",
      "Forbidden: bot can't initiate conversation with a user",
      "Forbidden: the bot can't send messages to the bot"});
  is(error_class::invalid_credentials, 401,
     {"Unauthorized", "Unauthorized: invalid token specified"});
  is(error_class::invalid_credentials, 404, {"Not Found"});
  is(error_class::invalid_credentials, 421, {"Misdirected Request"});
  is(error_class::invalid_request, 400,
     {"Bad Request: message is too long", "Bad Request: message text is empty",
      "Bad Request: unsupported parse_mode", "Bad Request: text must be encoded in UTF-8",
      "Bad Request: Wrong HTTP URL specified", "Bad Request: SOME_NEW_THING"});
  is(error_class::transient, 500, {"Internal Server Error: restart"});
}

CAF_TEST(a success names the message) {
  const auto came = test::judged(*bot(), 200, R"({"ok":true,"result":{"message_id":7}})");
  CAF_CHECK(came.error_class == error_class::none);
  CAF_CHECK_EQUAL(came.provider_message_id, "7");
  CAF_CHECK(test::judged(*bot(), 200, "<html>").error_class == error_class::transient);
}

CAF_TEST(a limit is that of the chat or the bot and says for how long) {
  const auto came = told(429, "Too Many Requests: retry after 17", {{"retry_after", 17}});
  CAF_CHECK_EQUAL(came.wait, seconds{17});
  CAF_CHECK(came.wait_is_own && came.wait_spreads);
}

CAF_TEST(a limit that only its words tell the length of lasts that long) {
  CAF_CHECK_EQUAL(told(429, "Too Many Requests: retry after 17", json::object()).wait, seconds{17});
  CAF_CHECK_EQUAL(told(429, "Too Many Requests: Retry after 9.", json::object()).wait, seconds{9});
  CAF_CHECK_EQUAL(told(429, "Too Many Requests: retry after 17", {{"retry_after", 3}}).wait,
                  seconds{3});
  for (auto words : {"Too Many Requests", "retry after ", "retry after a while",
                     "retry after 99999999999999999999"})
    CAF_CHECK_EQUAL(told(429, words, json::object()).wait, milliseconds{0});
  CAF_CHECK_EQUAL(told(429, "retry after 999999999", json::object()).wait,
                  milliseconds{std::chrono::hours{24}});
  const auto header = bot()->judge(
    response{429,
             {{"retry-after", "5"}},
             R"({"ok":false,"error_code":429,"description":"Too Many Requests: retry after 17"})"},
    {});
  CAF_CHECK_EQUAL(header.wait, seconds{5});
  CAF_CHECK_EQUAL(told(400, "Bad Request: retry after 17", json::object()).wait, milliseconds{0});
}

CAF_TEST(a group that became a supergroup is followed) {
  const auto came = told(400, "Bad Request: group chat was upgraded to a supergroup chat",
                         {{"migrate_to_chat_id", -1001234567890}});
  CAF_CHECK_EQUAL(came.replace_address, "-1001234567890");
  CAF_CHECK(!came.gone_since);
  CAF_CHECK(came.error_class == error_class::invalid_recipient);
}

CAF_TEST(any bytes are judged without an exception) {
  CAF_CHECK(test::judges_anything(*bot()));
  for (const auto* body : {R"({"ok":true,"result":7})", R"({"ok":true})",
                           R"({"ok":false,"error_code":429,"parameters":[]})"})
    test::judged(*bot(), 200, body);
}

CAF_TEST(a chat has a limit of its own and groups have a stricter one) {
  const auto person = bot()->scopes(message("42"));
  const auto group = bot()->scopes(message("-42"));
  CAF_REQUIRE_EQUAL(person.size(), 1u);
  CAF_REQUIRE_EQUAL(group.size(), 1u);
  CAF_CHECK(person[0].key != group[0].key);
  CAF_CHECK(person[0].limit == (rate_limit{1, seconds{1}, 1}));
  CAF_CHECK(group[0].limit == (rate_limit{20, std::chrono::minutes{1}, 5}));
}

CAF_TEST(the token is tried without sending) {
  CAF_CHECK(test::probing(*bot()).url == "http://127.0.0.1:8081/bot123456:TEST-TOKEN/getMe");
  const auto probed = [](int status, const char* body) {
    return bot()->judge_probe(response{.status = status, .body = body}, {}).error_class;
  };
  CAF_CHECK(probed(200, R"({"ok":true,"result":{"id":1,"is_bot":true}})") == error_class::none);
  CAF_CHECK(probed(401, R"({"ok":false,"error_code":401,"description":"Unauthorized"})")
            == error_class::invalid_credentials);
}

CAF_TEST(chats are numbers or names and wrong keys are named) {
  CAF_CHECK(telegram::is_chat("-1001234567890"));
  CAF_CHECK(telegram::is_chat("@ops"));
  CAF_CHECK(!telegram::is_chat("user-1"));
  CAF_CHECK(!telegram::is_chat("@"));
  CAF_CHECK(!telegram::is_chat("99999999999999999999"));
  CAF_CHECK_EQUAL(test::faulty_key("telegram", {}), "/bot_token");
  CAF_CHECK_EQUAL(test::faulty_key("telegram", {{"bot_token", "1:a/b"}}), "/bot_token");
  CAF_CHECK_EQUAL(test::faulty_key("telegram", {{"bot_token", "1:a"}, {"chat_ids", "ops"}}),
                  "/chat_ids");
  CAF_CHECK_EQUAL(test::faulty_key("telegram", {{"bot_token", "1:a"}, {"thread_id", "x"}}),
                  "/thread_id");
  CAF_CHECK_EQUAL(test::faulty_key("telegram", {{"bot_token", "1:a"}, {"base_url", "x"}}),
                  "/base_url");
}

CAF_TEST(chats are listed by line or by comma) {
  channel_settings how{.type = "telegram"};
  how.keys = {{"chat_ids", "-1001, @ops\n42"}};
  CAF_CHECK_EQUAL(fixed_addresses(how), (std::vector<std::string>{"-1001", "@ops", "42"}));
}

}  // namespace telegram_suite
