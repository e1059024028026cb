// WeCom (企业微信) group robot: https://developer.work.weixin.qq.com/document/path/91770

#include "adapters/channels/json.hpp"
#include "adapters/channels/robot.hpp"
#include "adapters/channels/robot_factory.hpp"
#include "adapters/channels/types.hpp"
#include "adapters/channels/weixin.hpp"
#include "protocol/codec/text.hpp"

#include <nlohmann/json.hpp>

#include <array>

namespace carillon::channels {

namespace wecom_bot {

namespace {

using nlohmann::ordered_json;

// Bytes of a content.
constexpr std::size_t text_max = 2048;
constexpr std::size_t markdown_max = 4096;

// CHANNELS.md section 4b; a key that is none and a text too long share their code.
constexpr std::array table{
  error_row{93000, {error_class::invalid_request}, "exceed max length"},
  error_row{93000, {error_class::invalid_credentials}},
  error_row{45009, {error_class::rate_limited, std::chrono::minutes{1}}},
  error_row{45033, {error_class::rate_limited, seconds{5}}},
  error_row{-1, {error_class::transient}},
};

/// Only a text can mention by mobile, and everybody.
bool as_text(std::string_view wanted, const mentions& who) {
  return wanted == "text" || (wanted != "markdown" && (who.all || !who.mobiles.empty()));
}

ordered_json text_message(const content& words, const mentions& who) {
  ordered_json text{{"content", codec::cut(plain_words(words), text_max)}};
  auto users = who.user_ids;
  if (who.all)
    users.emplace_back("@all");
  if (!users.empty())
    text["mentioned_list"] = users;
  if (!who.mobiles.empty())
    text["mentioned_mobile_list"] = who.mobiles;
  return {{"msgtype", "text"}, {"text", text}};
}

ordered_json markdown_message(const content& words, const mentions& who) {
  std::string tags;
  for (const auto& id : who.user_ids)
    tags.append(tags.empty() ? "\n" : " ").append("<@").append(id).append(">");
  const auto text = fitted(markdown_words(words), markdown_max,
                           [&](std::string_view kept) { return std::string{kept} + tags; });
  return {{"msgtype", "markdown"}, {"markdown", {{"content", text}}}};
}

class wecom_bot final : public channel {
 public:
  wecom_bot(std::string url, const channel_settings& how)
      : url_(std::move(url)), timeout_(how.timeout) {}

  result<request> compose(const delivery& what, const stamp&) const override {
    const auto data = object_in(what.content.data);
    const auto who = mentions_in(data);
    const auto body = as_text(text_in(data, "msg_type"), who) ? text_message(what.content, who)
                                                              : markdown_message(what.content, who);
    return json_post(url_, body.dump(), timeout_);
  }

  outcome judge(const transport_result& came, timestamp now) const override {
    return judge_weixin(came, table, now);
  }

 private:
  std::string url_;
  milliseconds timeout_;
};

}  // namespace

}  // namespace wecom_bot

channel_type wecom_bot_type() {
  return {
    .name = "wecom_bot",
    .doc = "A WeCom (企业微信) group robot.",
    .needs_address = false,
    .defaults = {.rate = rate_limit{.count = 20, .per = std::chrono::minutes{1}, .burst = 5},
                 .concurrency = 2},
    .keys = {{"webhook_url", true, true, "the robot's URL with its key"},
             {"base_url", false, false, "another host in place of qyapi.weixin.qq.com"}},
    .make = make_robot<wecom_bot::wecom_bot>,
  };
}

}  // namespace carillon::channels
