// Telegram bot: https://core.telegram.org/bots/api#sendmessage

#include "adapters/channels/telegram.hpp"

#include "adapters/channels/entities.hpp"
#include "adapters/channels/error_table.hpp"
#include "adapters/channels/json.hpp"
#include "adapters/channels/judgement.hpp"
#include "adapters/channels/keys.hpp"
#include "adapters/channels/types.hpp"
#include "protocol/codec/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>

namespace carillon::channels {

namespace telegram {

namespace {

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t out = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (failed != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return out;
}

/// Entities count in units of UTF-16: characters outside the basic plane are two.
std::size_t utf16_units(std::string_view text) {
  const auto pairs =
    std::ranges::count_if(text, [](char c) { return static_cast<unsigned char>(c) >= 0xf0; });
  return codec::code_points(text) + static_cast<std::size_t>(pairs);
}

}  // namespace

std::string body(const message& what) {
  nlohmann::ordered_json out;
  if (const auto number = number_of(what.chat_id))
    out["chat_id"] = *number;
  else
    out["chat_id"] = what.chat_id;
  if (what.thread_id > 1)
    out["message_thread_id"] = what.thread_id;
  out["text"] = what.text;
  if (what.parse_mode != markup::none)
    out["parse_mode"] = what.parse_mode == markup::html ? "HTML" : "MarkdownV2";
  else if (const auto title = std::string_view{what.text}.substr(0, what.bold); !title.empty())
    out["entities"] = {{{"type", "bold"}, {"offset", 0}, {"length", utf16_units(title)}}};
  if (what.silent)
    out["disable_notification"] = true;
  return out.dump();
}

std::string escaped(std::string_view text, markup as) {
  constexpr std::string_view special = R"(_*[]()~`>#+-=|{}.!\)";
  if (as == markup::html)
    return with_entities(text);
  std::string out;
  for (const char c : text) {
    if (as == markup::markdown_v2 && special.find(c) != std::string_view::npos)
      out.append({'\\', c});
    else
      out += c;
  }
  return out;
}

bool is_chat(std::string_view text) {
  return number_of(text).has_value() || (text.starts_with('@') && text.size() > 1);
}

namespace {

using telegram::markup;
using telegram::message;

/// Characters of a message's text.
constexpr std::size_t text_max = 4096;

constexpr verdict no_such_chat{error_class::invalid_recipient};
constexpr verdict credentials{error_class::invalid_credentials};

// CHANNELS.md section 1; the texts differ more than the codes.
constexpr std::array table{
  error_row{429, {.what = error_class::rate_limited, .wait_is_own = true}},
  error_row{401, credentials},
  error_row{404, credentials},
  error_row{421, credentials},
  error_row{403, no_such_chat},
  error_row{
    400, {.what = error_class::invalid_request, .resend_plain = true}, "can't parse entities"},
  error_row{400, no_such_chat, "chat not found"},
  error_row{400, no_such_chat, "message thread not found"},
  error_row{400, no_such_chat, "TOPIC_CLOSED"},
  error_row{400, no_such_chat, "upgraded to a supergroup"},
  error_row{400, no_such_chat, "not enough rights"},
  error_row{400, no_such_chat, "have no write access"},
  error_row{400, no_such_chat, "need administrator rights"},
};

/// A minute of a group or channel, and a second of one person.
constexpr rate_limit group_limit{20, std::chrono::minutes{1}, 5};
constexpr rate_limit person_limit{1, seconds{1}, 1};

/// Groups, supergroups and channels; a person's chat has a positive number.
bool is_group(std::string_view chat) {
  return chat.starts_with('-') || chat.starts_with('@');
}

/// The markup that a message says its text is written in.
markup markup_of(const nlohmann::json& data) {
  auto mode = text_in(data, "parse_mode");
  std::ranges::transform(mode, mode.begin(), [](unsigned char c) { return std::tolower(c); });
  if (mode == "html")
    return markup::html;
  return mode == "markdownv2" ? markup::markdown_v2 : markup::none;
}

/// The title, bold, over the text.
void set_words(message& out, const content& words) {
  auto text = words.title;
  if (out.parse_mode == markup::none) {
    out.bold = text.size();
  } else {
    const bool html = out.parse_mode == markup::html;
    text = telegram::escaped(text, out.parse_mode);
    text = html ? "<b>" + text + "</b>" : "*" + text + "*";
  }
  if (!words.text.empty())
    text.append(words.title.empty() ? "" : "\n\n").append(words.text);
  out.text = codec::cut_characters(text, text_max);
}

/// The seconds that a description names, where no member does: "Too Many Requests: retry after 17".
std::optional<std::int64_t> wait_in(std::string description) {
  constexpr std::string_view mark = "retry after ";
  std::ranges::transform(description, description.begin(),
                         [](unsigned char c) { return std::tolower(c); });
  const auto at = description.find(mark);
  if (at == std::string::npos)
    return std::nullopt;
  const auto rest = std::string_view{description}.substr(at + mark.size());
  return telegram::number_of(rest.substr(0, rest.find_first_not_of("0123456789")));
}

class telegram_channel final : public channel {
 public:
  telegram_channel(std::string bot_url, std::int64_t thread_id, milliseconds timeout)
      : bot_url_(std::move(bot_url)), thread_id_(thread_id), timeout_(timeout) {}

  result<request> compose(const delivery& what, const stamp& at) const override {
    message out{.chat_id = what.recipient, .silent = what.priority == priority::low};
    if (is_group(what.recipient))
      out.thread_id = thread_id_;
    if (!at.plain)
      out.parse_mode = markup_of(object_in(what.content.data));
    set_words(out, what.content);
    if (at.plain)
      out.bold = 0;
    return json_post(bot_url_ + "/sendMessage", telegram::body(out), timeout_);
  }

  outcome judge(const transport_result& came, timestamp now) const override {
    const auto* got = std::get_if<response>(&came);
    const auto body = got == nullptr ? nlohmann::json::object() : object_in(got->body);
    const auto part = [&](const char* name) {
      return body.contains(name) ? body[name] : nlohmann::json::object();
    };
    if (flag_in(body, "ok"))
      return {.provider_code = std::to_string(got->status),
              .provider_message_id = text_in(part("result"), "message_id"),
              .excerpt = excerpt(got->body)};
    auto out =
      judge_reply(came, {.code = "error_code", .text = "description", .table = table}, now);
    const auto parameters = part("parameters");
    auto wait = integer_in(parameters, "retry_after");
    if (!wait && out.error_class == error_class::rate_limited && got->header("retry-after").empty())
      wait = wait_in(text_in(body, "description"));
    if (wait)
      out.wait = seconds{std::clamp<std::int64_t>(*wait, 0, 86'400)};
    // The bot's limit and the chat's are told with the same words.
    out.wait_spreads = out.wait_is_own;
    out.replace_address = text_in(parameters, "migrate_to_chat_id");
    return out;
  }

  std::vector<scope_limit> scopes(const delivery& what) const override {
    return {{"chat:" + what.recipient, is_group(what.recipient) ? group_limit : person_limit}};
  }

  result<request> probe(const stamp&) const override {
    return json_post(bot_url_ + "/getMe", "{}", timeout_);
  }

 private:
  std::string bot_url_;
  std::int64_t thread_id_;
  milliseconds timeout_;
};

result<channel_ptr> make(const channel_settings& settings) {
  const auto base = base_of(settings, "https://api.telegram.org");
  if (!base)
    return base.error();
  const auto token = key_of(settings, "bot_token");
  if (codec::has_control(token) || token.find_first_of(" /?#") != std::string::npos)
    return wrong_key("bot_token", "must be as BotFather gave it, such as 123456:ABC");
  const auto thread = integer_of(settings, "thread_id", 0);
  if (!thread)
    return thread.error();
  for (const auto& chat : list_of(settings, "chat_ids"))
    if (!telegram::is_chat(chat))
      return wrong_key("chat_ids", "must be numbers or names such as @ops");
  return channel_ptr{
    std::make_shared<telegram_channel>(*base + "/bot" + token, *thread, settings.timeout)};
}

}  // namespace

}  // namespace telegram

channel_type telegram_type() {
  return {
    .name = "telegram",
    .doc = "A Telegram bot.",
    .addresses_key = "chat_ids",
    .is_address = telegram::is_chat,
    .defaults = {.rate = rate_limit{.count = 30, .per = seconds{1}, .burst = 5}, .concurrency = 8},
    .keys = {{"bot_token", true, true, "123456:ABC…, from BotFather"},
             {"chat_ids", false, false,
              "where messages go that name nobody with a chat of their own; a list, or a text "
              "divided by lines or commas"},
             {"thread_id", false, false, "the forum topic in groups"},
             {"base_url", false, false, "another server in place of https://api.telegram.org"}},
    .make = telegram::make,
  };
}

}  // namespace carillon::channels
