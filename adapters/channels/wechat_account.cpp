#include "adapters/channels/wechat_account.hpp"

#include "adapters/channels/error_table.hpp"
#include "adapters/channels/json.hpp"
#include "adapters/channels/keys.hpp"
#include "adapters/channels/signature.hpp"
#include "adapters/channels/token_channel.hpp"
#include "adapters/channels/wechat_template.hpp"
#include "adapters/channels/weixin.hpp"

#include <nlohmann/json.hpp>

#include <array>

namespace carillon::channels {

namespace {

constexpr verdict stale_token{.what = error_class::transient, .refresh_token = true};
constexpr verdict credentials{error_class::invalid_credentials};
constexpr verdict nobody_there{error_class::invalid_recipient};
constexpr verdict minute_quota{error_class::rate_limited, std::chrono::minutes{1}};
constexpr verdict later{error_class::transient};

constexpr std::int64_t daily_quota = 45009;

// CHANNELS.md section 5.
constexpr std::array send_table{
  error_row{-1, later},           error_row{40001, stale_token},
  error_row{40014, stale_token},  error_row{42001, stale_token},
  error_row{41001, stale_token},  error_row{48001, credentials},
  error_row{48004, credentials},  error_row{43104, credentials},
  error_row{45109, credentials},  error_row{40013, credentials},
  error_row{40164, credentials},  error_row{40003, nobody_there},
  error_row{43004, nobody_there}, error_row{43019, nobody_there},
  error_row{43101, nobody_there}, error_row{daily_quota, {error_class::rate_limited}},
  error_row{45011, minute_quota},
};

constexpr std::array token_table{
  error_row{-1, later},
  error_row{40001, credentials},
  error_row{40125, credentials},
  error_row{40013, credentials},
  error_row{40164, credentials},
  error_row{41002, credentials},
  error_row{41004, credentials},
  error_row{40243, credentials},
  error_row{50004, credentials},
  error_row{50007, credentials},
  error_row{daily_quota, {error_class::rate_limited}},
  error_row{45011, minute_quota},
};

/// Quotas of a day end at midnight in China, which knows no summer time.
milliseconds until_midnight_in_china(timestamp now) {
  const auto there = now + std::chrono::hours{8};
  return std::chrono::floor<std::chrono::days>(there) + std::chrono::days{1} - there;
}

/// An answer of either endpoint.
outcome judge_account(const transport_result& came, std::span<const error_row> table,
                      timestamp now) {
  auto out = judge_weixin(came, table, now);
  if (out.provider_code == std::to_string(daily_quota))
    out.wait = until_midnight_in_china(now);
  return out;
}

/// The token that stays the same until it ends, so that nobody else's is taken away.
http_request ask_token(const channel_settings& settings, const std::string& base) {
  const nlohmann::ordered_json body{{"grant_type", "client_credential"},
                                    {"appid", key_of(settings, "app_id")},
                                    {"secret", key_of(settings, "app_secret")},
                                    {"force_refresh", false}};
  return json_post(base + "/cgi-bin/stable_token", body.dump(), settings.timeout);
}

class wechat_channel final : public token_channel {
 public:
  wechat_channel(const channel_settings& settings, const std::string& base,
                 const wechat_account& account)
      : token_channel(ask_token(settings, base), {}),
        account_(account),
        url_(base + std::string{account.path}),
        timeout_(settings.timeout) {}

  result<request> compose(const delivery& what, const stamp& at) const override {
    const auto data = object_in(what.content.data);
    const auto id = wechat::template_id(what.content, data);
    if (!id)
      return id.error();
    const auto values = wechat::template_data(what.content);
    if (!values)
      return values.error();
    nlohmann::ordered_json body{{"touser", what.recipient}, {"template_id", *id}};
    account_.add(body, data, what);
    body["data"] = *values;
    return json_post(url_ + "?access_token=" + percent_encode(at.token), body.dump(), timeout_);
  }

  outcome judge(const transport_result& came, timestamp now) const override {
    auto out = judge_account(came, send_table, now);
    if (const auto* got = std::get_if<response>(&came);
        got != nullptr && out.error_class == error_class::none)
      out.provider_message_id = text_in(object_in(got->body), "msgid");
    return out;
  }

 private:
  outcome judge_refusal(const transport_result& came, timestamp now) const override {
    return judge_account(came, token_table, now);
  }

  wechat_account account_;
  std::string url_;
  milliseconds timeout_;
};

}  // namespace

result<channel_ptr> make_wechat(const channel_settings& settings, const wechat_account& account) {
  const auto base = base_of(settings, "https://api.weixin.qq.com");
  if (!base)
    return base.error();
  return channel_ptr{std::make_shared<wechat_channel>(settings, *base, account)};
}

channel_type wechat_account_type(std::string_view name, std::string_view doc,
                                 result<channel_ptr> (*make)(const channel_settings&)) {
  return {
    .name = name,
    .doc = doc,
    .defaults = {.rate = rate_limit{.count = 40, .per = seconds{1}, .burst = 20}, .concurrency = 8},
    .keys = {{"app_id", true, false, "wx…"},
             {"app_secret", true, true, "the account's AppSecret"},
             {"base_url", false, false, "another host in place of https://api.weixin.qq.com"}},
    .make = make,
  };
}

}  // namespace carillon::channels
