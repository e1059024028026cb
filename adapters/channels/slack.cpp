// Slack, an incoming webhook or a bot:
// https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks,
// https://docs.slack.dev/reference/methods/chat.postMessage

#include "adapters/channels/slack.hpp"

#include "adapters/channels/coded_errors.hpp"
#include "adapters/channels/entities.hpp"
#include "adapters/channels/json.hpp"
#include "adapters/channels/judgement.hpp"
#include "adapters/channels/keys.hpp"
#include "adapters/channels/types.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <utility>

namespace carillon::channels {

namespace slack {

namespace {

/// Characters; counted in bytes here, which are never fewer.
constexpr std::size_t text_max = 40'000;

/// Mentions begin with `<`, which no text of others can.
std::string mentions_of(const mentions& at) {
  std::string out;
  for (const auto& user : at.user_ids)
    out.append(out.empty() ? "<@" : " <@").append(escaped(user)).append(">");
  if (at.all)
    out.append(out.empty() ? "" : " ").append("<!channel>");
  return out;
}

}  // namespace

std::string escaped(std::string_view text) {
  return with_entities(text, "&<>");
}

std::string message(const content& words, const mentions& at, bool plain) {
  std::string head;
  if (!words.title.empty())
    head = plain ? escaped(words.title) : "*" + escaped(words.title) + "*";
  const auto tail = mentions_of(at);
  return fitted(words.text, text_max, [&](std::string_view kept) {
    auto out = head;
    for (const auto& part : {escaped(kept), tail})
      out.append(out.empty() || part.empty() ? "" : "\n").append(part);
    return out;
  });
}

namespace {

using enum error_class;

/// The codes of both, which do not contradict each other.
constexpr std::array table{
  named_error{"user_not_found", {invalid_recipient}},
  named_error{"channel_not_found", {invalid_recipient}},
  named_error{"channel_is_archived", {invalid_recipient}},
  named_error{"is_archived", {invalid_recipient}},
  named_error{"not_in_channel", {invalid_recipient}},
  named_error{"posting_to_general_channel_denied", {invalid_recipient}},
  named_error{"restricted_action*", {invalid_recipient}},
  named_error{"cannot_dm_bot", {invalid_recipient}},
  named_error{"messages_tab_disabled", {invalid_recipient}},
  named_error{"invalid_token", {invalid_credentials}},
  named_error{"action_prohibited", {invalid_credentials}},
  named_error{"no_service*", {invalid_credentials}},
  named_error{"no_active_hooks", {invalid_credentials}},
  named_error{"no_team", {invalid_credentials}},
  named_error{"team_disabled", {invalid_credentials}},
  named_error{"invalid_auth", {invalid_credentials}},
  named_error{"not_authed", {invalid_credentials}},
  named_error{"account_inactive", {invalid_credentials}},
  named_error{"token_revoked", {invalid_credentials}},
  named_error{"token_expired", {invalid_credentials}},
  named_error{"missing_scope", {invalid_credentials}},
  named_error{"no_permission", {invalid_credentials}},
  named_error{"org_login_required", {invalid_credentials}},
  named_error{"ekm_access_denied", {invalid_credentials}},
  named_error{"access_denied", {invalid_credentials}},
  named_error{"invalid_payload", {invalid_request}},
  named_error{"no_text", {invalid_request}},
  named_error{"invalid_blocks*", {invalid_request}},
  named_error{"too_many_attachments", {invalid_request}},
  named_error{"ratelimited", {rate_limited}},
  named_error{"rate_limited", {rate_limited}},
  named_error{"rollup_error", {transient}},
  named_error{"internal_error", {transient}},
  named_error{"fatal_error", {transient}},
  named_error{"service_unavailable", {transient}},
  named_error{"request_timeout", {transient}},
  named_error{"team_added_to_org", {transient}},
};

/// One message a second to a conversation, short bursts tolerated.
constexpr rate_limit pace{.count = 3, .per = seconds{1}, .burst = 2};

std::string body_of(const delivery& what, const std::string& conversation) {
  const auto data = object_in(what.content.data);
  const bool plain = text_in(data, "msg_type") == "text";
  nlohmann::json body{{"text", slack::message(what.content, mentions_in(data), plain)}};
  if (!conversation.empty())
    body["channel"] = conversation;
  if (plain)
    body["mrkdwn"] = false;
  return body.dump();
}

/// A webhook leads to one conversation and says what it thinks in one word of plain text.
class slack_hook final : public channel {
 public:
  slack_hook(std::string url, milliseconds timeout) : url_(std::move(url)), timeout_(timeout) {}

  result<request> compose(const delivery& what, const stamp&) const override {
    return request{json_post(url_, body_of(what, {}), timeout_)};
  }

  outcome judge(const transport_result& came, timestamp now) const override {
    if (const auto* failure = std::get_if<transport_error>(&came))
      return judge_failure(*failure);
    const auto& got = std::get<response>(came);
    if (got.status == 200 && got.body == "ok")
      return judge_status(got, now);
    if (find_verdict(table, got.body) != nullptr)
      return judge_named(got, got.body, table, now);
    return judge_unreadable(got, now);
  }

 private:
  std::string url_;
  milliseconds timeout_;
};

/// A bot writes to the conversation, or the person, that the delivery is addressed to.
class slack_bot final : public channel {
 public:
  slack_bot(std::string base, std::string token, milliseconds timeout)
      : base_(std::move(base)), token_(std::move(token)), timeout_(timeout) {}

  result<request> compose(const delivery& what, const stamp&) const override {
    if (what.recipient.empty())
      return error{errc::not_found, "a bot needs a conversation as its address"};
    return request{call("/chat.postMessage", body_of(what, what.recipient))};
  }

  outcome judge(const transport_result& came, timestamp now) const override {
    if (const auto* failure = std::get_if<transport_error>(&came))
      return judge_failure(*failure);
    const auto& got = std::get<response>(came);
    const auto body = object_in(got.body);
    if (flag_in(body, "ok"))
      return {.provider_code = "ok",
              .provider_message_id = text_in(body, "ts"),
              .excerpt = excerpt(got.body)};
    const auto code = text_in(body, "error");
    if (code.empty())
      return judge_unreadable(got, now);
    auto out = judge_named(got, code, table, now);
    out.wait_is_own = out.error_class == rate_limited;
    return out;
  }

  std::vector<scope_limit> scopes(const delivery& what) const override {
    return {{what.recipient, pace}};
  }

  result<request> probe(const stamp&) const override { return request{call("/auth.test", "{}")}; }

 private:
  http_request call(std::string_view method, std::string body) const {
    auto out = json_post(base_ + std::string{method}, std::move(body), timeout_);
    out.headers.emplace_back("Authorization", "Bearer " + token_);
    return out;
  }

  std::string base_;
  std::string token_;
  milliseconds timeout_;
};

result<channel_ptr> make(const channel_settings& settings) {
  auto token = key_of(settings, "bot_token");
  const bool hook = !key_of(settings, "webhook_url").empty();
  if (hook == !token.empty())
    return wrong_key("webhook_url", "is needed, or else bot_token, but not both");
  auto where = hook ? webhook_url_of(settings) : base_of(settings, "https://slack.com/api");
  if (!where)
    return where.error();
  if (hook)
    return channel_ptr{std::make_shared<slack_hook>(std::move(*where), settings.timeout)};
  return channel_ptr{
    std::make_shared<slack_bot>(std::move(*where), std::move(token), settings.timeout)};
}

}  // namespace

}  // namespace slack

channel_type slack_type() {
  return {
    .name = "slack",
    .doc = "A Slack webhook, or a bot that writes to the conversation addressed.",
    .address_key = "webhook_url",
    .scoped_key = "bot_token",
    .defaults = {.rate = slack::pace, .concurrency = 2},
    .keys = {{"webhook_url", false, true, "https://hooks.slack.com/services/…"},
             {"bot_token", false, true, "xoxb-…, in place of a webhook"},
             {"base_url", false, false,
              "another host; for a bot in place of https://slack.com/api"}},
    .make = slack::make,
  };
}

}  // namespace carillon::channels
