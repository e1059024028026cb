// DingTalk (钉钉) group robot: https://open.dingtalk.com/document/robots/custom-robot-access

#include "adapters/channels/dingtalk.hpp"

#include "adapters/channels/error_table.hpp"
#include "adapters/channels/json.hpp"
#include "adapters/channels/keys.hpp"
#include "adapters/channels/robot_factory.hpp"
#include "adapters/channels/signature.hpp"
#include "adapters/channels/types.hpp"
#include "protocol/codec/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>

namespace carillon::channels {

namespace dingtalk {

namespace {

constexpr std::size_t body_max = 20'000;

/// Whether an id could go on with what stands here: a point or a sign only before more of it.
bool goes_on(std::string_view rest) {
  const auto is_part = [&](std::size_t at) {
    return at < rest.size()
           && (std::isalnum(static_cast<unsigned char>(rest[at])) != 0 || rest[at] == '_'
               || rest[at] == '-');
  };
  return is_part(0) || (!rest.empty() && (rest[0] == '.' || rest[0] == '@') && is_part(1));
}

/// Whether the text holds the mention, and not only that of a longer id.
bool mentions_already(std::string_view text, std::string_view mention) {
  for (auto at = text.find(mention); at != std::string_view::npos; at = text.find(mention, at + 1))
    if (!goes_on(text.substr(at + mention.size())))
      return true;
  return false;
}

/// The mentions that the text does not hold yet, each with its sign.
std::string missing_mentions(std::string_view text, const mentions& at) {
  std::string out;
  auto add = [&](const std::string& who) {
    auto mention = "@" + who;
    if (!mentions_already(text, mention))
      out.append(out.empty() ? "" : " ").append(mention);
  };
  std::ranges::for_each(at.mobiles, add);
  std::ranges::for_each(at.user_ids, add);
  return out;
}

nlohmann::json at_object(const mentions& at) {
  nlohmann::json out{{"isAtAll", at.all}};
  if (!at.mobiles.empty())
    out["atMobiles"] = at.mobiles;
  if (!at.user_ids.empty())
    out["atUserIds"] = at.user_ids;
  return out;
}

/// The text with the mentions that it does not hold yet behind it.
std::string mentioning(std::string_view text, std::string_view divider, const mentions& at) {
  std::string out{text};
  if (const auto missing = missing_mentions(text, at); !missing.empty())
    out.append(divider).append(missing);
  return out;
}

}  // namespace

std::string signed_url(std::string_view webhook_url, std::string_view secret,
                       std::int64_t timestamp_ms) {
  std::string out{webhook_url};
  if (secret.empty())
    return out;
  auto stamp = std::to_string(timestamp_ms);
  auto sign = base64(hmac_sha256(secret, stamp + "\n" + std::string{secret}));
  out.push_back(webhook_url.find('?') == std::string_view::npos ? '?' : '&');
  return out.append("timestamp=").append(stamp).append("&sign=").append(percent_encode(sign));
}

std::string text_body(std::string_view text, const mentions& at) {
  return fitted(text, body_max, [&](std::string_view kept) {
    return nlohmann::json{{"msgtype", "text"},
                          {"text", {{"content", mentioning(kept, " ", at)}}},
                          {"at", at_object(at)}}
      .dump();
  });
}

std::string markdown_body(std::string_view title, std::string_view text, const mentions& at) {
  auto short_title = codec::cut(title, 300, "…");
  return fitted(text, body_max, [&](std::string_view kept) {
    return nlohmann::json{
      {"msgtype", "markdown"},
      {"markdown", {{"title", short_title}, {"text", mentioning(kept, "\n", at)}}},
      {"at", at_object(at)}}
      .dump();
  });
}

namespace {

/// The documented block after more than 20 messages in a minute lasts ten minutes.
constexpr verdict blocked{error_class::rate_limited, std::chrono::minutes{10}};
constexpr verdict quota_used{error_class::rate_limited, std::chrono::hours{1}};
constexpr verdict credentials{error_class::invalid_credentials};

// CHANNELS.md section 2; codes with several meanings are read from their text.
constexpr std::array table{
  error_row{130101, blocked},
  error_row{410100, blocked},
  error_row{90030, quota_used},
  error_row{300001, credentials},
  error_row{300005, credentials},
  error_row{400101, credentials},
  error_row{400106, credentials},
  error_row{400102, credentials},
  error_row{400013, {error_class::invalid_recipient}},
  error_row{310000, {error_class::invalid_request}, "keyword"},
  error_row{310000, credentials},
  error_row{40035, credentials, "access_token"},
  error_row{-1, {error_class::transient}},
  error_row{any_code, blocked, "too fast"},
  error_row{any_code, blocked, "frequency"},
  error_row{any_code, blocked, "限流"},
  error_row{any_code, blocked, "太快"},
};

class dingtalk_channel final : public channel {
 public:
  dingtalk_channel(std::string url, const channel_settings& how)
      : url_(std::move(url)), secret_(key_of(how, "secret")), timeout_(how.timeout) {}

  result<request> compose(const delivery& what, const stamp& at) const override {
    const auto data = object_in(what.content.data);
    const auto who = mentions_in(data);
    auto body = text_in(data, "msg_type") == "text"
                  ? dingtalk::text_body(plain_words(what.content), who)
                  : dingtalk::markdown_body(what.content.title, markdown_words(what.content), who);
    return json_post(dingtalk::signed_url(url_, secret_, to_millis(at.now)), std::move(body),
                     timeout_);
  }

  outcome judge(const transport_result& came, timestamp now) const override {
    if (const auto* got = std::get_if<response>(&came);
        got != nullptr && integer_in(object_in(got->body), "status") == 1111) {
      auto out = outcome_of(blocked, *got, now);
      out.provider_code = "1111";
      return out;
    }
    return judge_reply(came, {.table = table}, now);
  }

 private:
  std::string url_;
  std::string secret_;
  milliseconds timeout_;
};

}  // namespace

}  // namespace dingtalk

channel_type dingtalk_type() {
  return {
    .name = "dingtalk",
    .doc = "A DingTalk (钉钉) group robot.",
    .needs_address = false,
    .defaults = {.rate = rate_limit{.count = 20, .per = std::chrono::minutes{1}, .burst = 5},
                 .concurrency = 2},
    .keys = {{"webhook_url", true, true, "the robot's URL with its access_token"},
             {"secret", false, true, "SEC…, where the robot's security setting is 加签"},
             {"base_url", false, false, "another host in place of oapi.dingtalk.com"}},
    .make = make_robot<dingtalk::dingtalk_channel>,
  };
}

}  // namespace carillon::channels
