// Feishu (飞书) and Lark custom bot:
// https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot

#include "adapters/channels/error_table.hpp"
#include "adapters/channels/feishu_message.hpp"
#include "adapters/channels/json.hpp"
#include "adapters/channels/keys.hpp"
#include "adapters/channels/robot_factory.hpp"
#include "adapters/channels/types.hpp"
#include "protocol/rules/rush.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <functional>
#include <string_view>

namespace carillon::channels {

namespace feishu_bot {

namespace {

/// Where Feishu and Lark themselves answer. They warn that on the hour and the half hour their own
/// system refuses with 11232; a gateway in their place keeps its own hours.
constexpr std::array<std::string_view, 2> vendors{"https://open.feishu.cn/",
                                                  "https://open.larksuite.com/"};

/// The whole body may be 20 KB; what stands around the content takes less than 200 bytes.
constexpr feishu::limits bot_limits{19'800, 19'800};

constexpr verdict credentials{error_class::invalid_credentials};

// CHANNELS.md section 3a.
constexpr std::array table{
  error_row{19021, credentials},
  error_row{19022, credentials},
  error_row{19001, credentials},
  error_row{99991201, credentials},
  error_row{404, credentials},
  error_row{11232, {error_class::rate_limited, std::chrono::minutes{1}}},
};

class feishu_bot final : public channel {
 public:
  feishu_bot(std::string url, const channel_settings& how)
      : url_(std::move(url)),
        has_rush_(std::ranges::any_of(vendors, [&](auto x) { return url_.starts_with(x); })),
        secret_(key_of(how, "secret")),
        timeout_(how.timeout) {}

  result<request> compose(const delivery& what, const stamp& at) const override {
    const auto message = feishu::message_of(what.content, bot_limits);
    nlohmann::ordered_json body;
    if (!secret_.empty()) {
      const auto sent = std::chrono::floor<seconds>(at.now).time_since_epoch().count();
      body["timestamp"] = std::to_string(sent);
      body["sign"] = feishu::signature(sent, secret_);
    }
    body["msg_type"] = message.msg_type;
    const auto* place = message.msg_type == "interactive" ? "card" : "content";
    body[place] = nlohmann::ordered_json::parse(message.content);
    return json_post(url_, body.dump(), timeout_);
  }

  outcome judge(const transport_result& came, timestamp now) const override {
    const auto* got = std::get_if<response>(&came);
    const auto body = got == nullptr ? nlohmann::json::object() : object_in(got->body);
    // Older hooks name their verdict so.
    const auto* code = body.contains("code") ? "code" : "StatusCode";
    const auto* text = body.contains("code") ? "msg" : "StatusMessage";
    auto out = judge_reply(came, {.code = code, .text = text, .table = table}, now);
    if (got != nullptr && got->status == 404 && out.error_class == error_class::invalid_request)
      out.error_class = error_class::invalid_credentials;  // the hook is gone
    return out;
  }

  milliseconds put_off(const delivery& what, timestamp now) const override {
    if (!has_rush_ || what.priority == priority::urgent)
      return milliseconds{0};
    return rules::past_the_rush(now, std::hash<delivery_id>{}(what.id));
  }

 private:
  std::string url_;
  bool has_rush_;
  std::string secret_;
  milliseconds timeout_;
};

}  // namespace

}  // namespace feishu_bot

channel_type feishu_bot_type() {
  return {
    .name = "feishu_bot",
    .doc = "A Feishu (飞书) or Lark custom bot of a group.",
    .needs_address = false,
    // 100 a minute and 5 a second are both kept by so small a burst.
    .defaults = {.rate = rate_limit{.count = 100, .per = std::chrono::minutes{1}, .burst = 3},
                 .concurrency = 2},
    .keys = {{"webhook_url", true, true, "the bot's URL"},
             {"secret", false, true, "where the bot's security setting is a signature"},
             {"base_url", false, false, "another host in place of open.feishu.cn"}},
    .make = make_robot<feishu_bot::feishu_bot>,
  };
}

}  // namespace carillon::channels
