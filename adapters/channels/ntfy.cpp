// ntfy: https://docs.ntfy.sh/publish/#publish-as-json, error codes server/errors.go

#include "adapters/channels/coded_errors.hpp"
#include "adapters/channels/json.hpp"
#include "adapters/channels/judgement.hpp"
#include "adapters/channels/keys.hpp"
#include "adapters/channels/self_hosted.hpp"
#include "adapters/channels/types.hpp"
#include "protocol/codec/text.hpp"
#include "protocol/rules/addressing.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace carillon::channels {

namespace ntfy {

namespace {

using enum error_class;

/// A longer one silently becomes an attachment.
constexpr std::size_t message_max = 4096;
constexpr std::size_t topic_max = 64;

constexpr std::int64_t daily_quota_reached = 42908;

constexpr std::array table{
  error_row{40101, {invalid_credentials}},
  error_row{40301, {invalid_credentials}},
  error_row{40009, {invalid_recipient}},
  error_row{40010, {invalid_recipient}},
  error_row{42901, {rate_limited, seconds{5}}},
  // Too many wrong passwords came from here; one a minute is forgiven.
  error_row{42909, {rate_limited, std::chrono::minutes{1}}},
  error_row{401, {invalid_credentials}},
  error_row{403, {invalid_credentials}},
  error_row{429, {rate_limited, seconds{5}}},
};

constexpr std::array<int, 4> priorities{2, 3, 4, 5};

milliseconds until_midnight(timestamp now) {
  return std::chrono::floor<std::chrono::days>(now) + std::chrono::days{1} - now;
}

bool is_topic(std::string_view text) {
  return !text.empty() && text.size() <= topic_max && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'
           || c == '_';
  });
}

struct account {
  std::string base;
  std::string topic;
  std::string token;
  milliseconds timeout;
};

class ntfy_channel final : public channel {
 public:
  explicit ntfy_channel(account with) : account_(std::move(with)) {}

  result<request> compose(const delivery& what, const stamp&) const override {
    const auto& words = what.content;
    nlohmann::json body{{"topic", account_.topic},
                        {"message", codec::cut(words.text, message_max)},
                        {"priority", priorities.at(static_cast<std::size_t>(what.priority))}};
    if (!words.title.empty())
      body["title"] = words.title;
    const auto data = object_in(words.data);
    if (auto tags = texts_in(data, "tags"); !tags.empty())
      body["tags"] = std::move(tags);
    if (auto click = text_in(data, "click"); rules::is_url(click))
      body["click"] = std::move(click);
    if (text_in(data, "msg_type") == "markdown")
      body["markdown"] = true;
    return request{authorized(json_post(account_.base + "/", body.dump(), account_.timeout))};
  }

  outcome judge(const transport_result& came, timestamp now) const override {
    if (const auto* failure = std::get_if<transport_error>(&came))
      return judge_failure(*failure);
    const auto& got = std::get<response>(came);
    const auto body = object_in(got.body);
    const auto code = integer_in(body, "code").value_or(0);
    auto out = judge_numbered(got, code, table, now);
    if (code == daily_quota_reached)
      out.wait = until_midnight(now);
    if (out.error_class != none)
      return out;
    out.provider_message_id = text_in(body, "id");
    return out.provider_message_id.empty() ? judge_unreadable(got, now) : out;
  }

  /// Reads the account that the token belongs to.
  result<request> probe(const stamp&) const override {
    return request{
      authorized({.method = "GET",
                  .url = account_.base + (account_.token.empty() ? "/v1/health" : "/v1/account"),
                  .timeout = account_.timeout})};
  }

  outcome judge_probe(const transport_result& came, timestamp now) const override {
    const auto* got = std::get_if<response>(&came);
    return got && got->status == 200 ? judge_status(*got, now) : judge(came, now);
  }

 private:
  http_request authorized(http_request what) const {
    if (!account_.token.empty())
      what.headers.emplace_back("Authorization", "Bearer " + account_.token);
    return what;
  }

  account account_;
};

result<channel_ptr> make(const channel_settings& settings) {
  auto base = server_of(settings);
  if (!base)
    return base.error();
  auto topic = key_of(settings, "topic");
  if (!is_topic(topic))
    return wrong_key("topic", "must be 1 to 64 letters, digits, - and _");
  return channel_ptr{std::make_shared<ntfy_channel>(
    account{std::move(*base), std::move(topic), key_of(settings, "token"), settings.timeout})};
}

}  // namespace

}  // namespace ntfy

channel_type ntfy_type() {
  return {
    .name = "ntfy",
    .doc = "A topic of an ntfy server.",
    .needs_address = false,
    .defaults = {.rate = rate_limit{.count = 120, .per = std::chrono::minutes{5}, .burst = 60}},
    .keys = {{"url", false, false, "the server, such as https://ntfy.sh"},
             {"topic", true, false, "the topic"},
             {"token", false, true, "tk_…, where the topic asks for one"},
             {"base_url", false, false, "another place in place of url"}},
    .make = ntfy::make,
  };
}

}  // namespace carillon::channels
