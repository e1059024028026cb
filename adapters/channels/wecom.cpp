// WeCom (企业微信) app messages: https://developer.work.weixin.qq.com/document/path/90236

#include "adapters/channels/json.hpp"
#include "adapters/channels/keys.hpp"
#include "adapters/channels/robot.hpp"
#include "adapters/channels/signature.hpp"
#include "adapters/channels/token_channel.hpp"
#include "adapters/channels/types.hpp"
#include "adapters/channels/wecom_receivers.hpp"
#include "adapters/channels/weixin.hpp"
#include "protocol/codec/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace carillon::channels {

namespace wecom {

namespace {

using nlohmann::ordered_json;

/// Bytes of a text or a markdown.
constexpr std::size_t content_max = 2048;

/// What is above is dropped without a word.
constexpr rate_limit member_minute{30, std::chrono::minutes{1}, 10};
constexpr rate_limit member_hour{1000, std::chrono::hours{1}, 100};

/// An app may reach so many members a day for each account that the corporation may have.
constexpr std::int64_t daily_for_each = 200;
constexpr std::int64_t most_accounts = 1'000'000;

constexpr verdict stale_token{.what = error_class::transient, .refresh_token = true};
constexpr verdict credentials{error_class::invalid_credentials};
constexpr verdict nobody_there{error_class::invalid_recipient};

// CHANNELS.md section 4a; the token's endpoint tells with the same codes.
constexpr std::array table{
  error_row{40014, stale_token},
  error_row{42001, stale_token},
  error_row{41001, stale_token},
  error_row{40001, credentials},
  error_row{40013, credentials},
  error_row{40091, credentials},
  error_row{40056, credentials},
  error_row{301002, credentials},
  error_row{48002, credentials},
  error_row{60011, credentials},
  error_row{60020, credentials},
  error_row{81013, nobody_there},
  error_row{40003, nobody_there},
  error_row{40031, nobody_there},
  error_row{82001, nobody_there},
  error_row{45009, {error_class::rate_limited, std::chrono::minutes{1}}},
  error_row{45033, {error_class::rate_limited, seconds{5}}},
  error_row{-1, {error_class::transient}},
  error_row{6000, {error_class::transient}},
};

http_request ask_token(const channel_settings& settings, const std::string& base) {
  return {.method = "GET",
          .url = base + "/cgi-bin/gettoken?corpid=" + percent_encode(key_of(settings, "corp_id"))
                 + "&corpsecret=" + percent_encode(key_of(settings, "corp_secret")),
          .timeout = settings.timeout};
}

class wecom_channel final : public token_channel {
 public:
  wecom_channel(const channel_settings& settings, std::string base, std::int64_t agent_id,
                std::int64_t accounts)
      : token_channel(ask_token(settings, base), {}),
        base_(std::move(base)),
        agent_id_(agent_id),
        daily_(static_cast<int>(accounts * daily_for_each)),
        timeout_(settings.timeout) {}

  result<request> compose(const delivery& what, const stamp& at) const override {
    const auto data = object_in(what.content.data);
    const auto kind = text_in(data, "msg_type") == "text" ? "text" : "markdown";
    const auto words =
      kind == std::string_view{"text"} ? plain_words(what.content) : markdown_words(what.content);
    const auto whom = receivers_of(what.recipient);
    ordered_json body{{whom.member, whom.list},
                      {"msgtype", kind},
                      {"agentid", agent_id_},
                      {kind, {{"content", codec::cut(words, content_max)}}},
                      {"safe", 0}};
    // The same words are sent once then, so only a repeated attempt may ask for it: two messages
    // may well say the same.
    if (what.tries > 0) {
      body["enable_duplicate_check"] = 1;
      body["duplicate_check_interval"] = 1800;
    }
    return json_post(base_ + "/cgi-bin/message/send?access_token=" + percent_encode(at.token),
                     body.dump(), timeout_);
  }

  outcome judge(const transport_result& came, timestamp now) const override {
    auto out = judge_weixin(came, table, now);
    const auto* got = std::get_if<response>(&came);
    if (got == nullptr || out.error_class != error_class::none)
      return out;
    out.provider_message_id = text_in(object_in(got->body), "msgid");
    return out;
  }

  /// A message that reached some of those it was for is delivered: sent again they would have it
  /// twice.
  outcome judge_for(const delivery& what, const transport_result& came,
                    timestamp now) const override {
    auto out = judge(came, now);
    const auto* got = std::get_if<response>(&came);
    if (got == nullptr || out.error_class != error_class::none)
      return out;
    const auto whom = receivers_of(what.recipient);
    const auto lost = unreached(whom, object_in(got->body));
    if (lost.empty())
      return out;
    if (lost.size() == whom.ids.size())
      out.error_class = error_class::invalid_recipient;
    out.excerpt = "did not reach " + joined(lost) + ": " + out.excerpt;
    return out;
  }

  std::vector<scope_limit> scopes(const delivery& what) const override {
    const auto whom = receivers_of(what.recipient);
    std::vector<scope_limit> out;
    for (const auto& key : limited(whom)) {
      out.push_back({"minute:" + key, member_minute});
      out.push_back({"hour:" + key, member_hour});
    }
    if (daily_ > 0)
      out.push_back({"day",
                     {.count = daily_, .per = std::chrono::hours{24}},
                     static_cast<int>(whom.ids.size())});
    return out;
  }

 private:
  outcome judge_refusal(const transport_result& came, timestamp now) const override {
    return judge_weixin(came, table, now);
  }

  std::string base_;
  std::int64_t agent_id_;
  /// Members whom the app may reach in a day, each as often as it does; 0 where that is not known.
  int daily_;
  milliseconds timeout_;
};

result<channel_ptr> make(const channel_settings& settings) {
  auto base = base_of(settings, "https://qyapi.weixin.qq.com");
  if (!base)
    return base.error();
  const auto agent = integer_of(settings, "agent_id", 0);
  if (!agent)
    return agent.error();
  const auto accounts = integer_of(settings, "accounts", 0);
  if (!accounts)
    return accounts.error();
  if (*accounts < 0 || *accounts > most_accounts)
    return wrong_key("accounts", "must be how many accounts the corporation may have");
  return channel_ptr{
    std::make_shared<wecom_channel>(settings, std::move(*base), *agent, *accounts)};
}

}  // namespace

}  // namespace wecom

channel_type wecom_type() {
  return {
    .name = "wecom",
    .doc = "Messages of a WeCom (企业微信) app to members.",
    .defaults = {.concurrency = 8},
    .keys = {{"corp_id", true, false, "ww…"},
             {"corp_secret", true, true, "the app's secret"},
             {"agent_id", true, false, "the app's number"},
             {"accounts", false, false,
              "how many the corporation may have: it reaches 200 times as many people a day"},
             {"base_url", false, false, "another host in place of https://qyapi.weixin.qq.com"}},
    .make = wecom::make,
  };
}

}  // namespace carillon::channels
