// Discord webhook: https://discord.com/developers/docs/resources/webhook#execute-webhook

#include "adapters/channels/coded_errors.hpp"
#include "adapters/channels/json.hpp"
#include "adapters/channels/judgement.hpp"
#include "adapters/channels/robot_factory.hpp"
#include "adapters/channels/types.hpp"
#include "adapters/channels/utf16.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace carillon::channels {

namespace discord {

namespace {

using enum error_class;

constexpr std::size_t content_max = 2000;

/// 10,000 refusals in ten minutes ban the address: a webhook that is gone is not asked again.
constexpr std::array table{
  error_row{10015, {invalid_credentials}}, error_row{50027, {invalid_credentials}},
  error_row{50006, {invalid_request}},     error_row{50035, {invalid_request}},
  error_row{401, {invalid_credentials}},   error_row{403, {invalid_credentials}},
  error_row{404, {invalid_credentials}},
};

std::string words_of(const content& x) {
  if (x.title.empty() || x.text.empty())
    return x.title + x.text;
  return "**" + x.title + "**\n" + x.text;
}

/// Seconds with a fraction, as Discord tells its waits; 0 for anything that is none.
milliseconds wait_of(const nlohmann::json& told) {
  const double wait = told.is_number() ? told.get<double>() : 0;
  return milliseconds{std::lround(1000 * std::clamp(wait, 0.0, 86400.0))};
}

/// How long nothing more will be taken: all was used that the present window allows.
milliseconds until_reset(const response& came) {
  if (came.header("x-ratelimit-remaining") != "0")
    return milliseconds{0};
  return wait_of(nlohmann::json::parse(came.header("x-ratelimit-reset-after"), nullptr, false));
}

class discord_channel final : public channel {
 public:
  discord_channel(std::string url, const channel_settings& how)
      : url_(std::move(url)), timeout_(how.timeout) {}

  result<request> compose(const delivery& what, const stamp&) const override {
    const nlohmann::json body{{"content", cut_utf16(words_of(what.content), content_max)},
                              {"allowed_mentions", {{"parse", nlohmann::json::array()}}}};
    const auto divider = url_.find('?') == std::string::npos ? "?" : "&";
    // Without it the answer is empty, whether the message was stored or not.
    return request{json_post(url_ + divider + "wait=true", body.dump(), timeout_)};
  }

  outcome judge(const transport_result& came, timestamp now) const override {
    if (const auto* failure = std::get_if<transport_error>(&came))
      return judge_failure(*failure);
    const auto& got = std::get<response>(came);
    const auto body = object_in(got.body);
    auto out = judge_numbered(got, integer_in(body, "code").value_or(0), table, now);
    if (const auto wait = wait_of(body.value("retry_after", nlohmann::json{}));
        out.error_class == rate_limited && wait.count() > 0)
      out.wait = wait;
    else if (out.error_class == none && got.status != 204)
      out = accepted(got, text_in(body, "id"), now);
    return out;
  }

  /// A webhook may be read by whoever knows its token.
  result<request> probe(const stamp&) const override {
    return request{http_request{.method = "GET", .url = url_, .timeout = timeout_}};
  }

 private:
  static outcome accepted(const response& got, std::string id, timestamp now) {
    auto out = id.empty() ? judge_unreadable(got, now) : judge_status(got, now);
    out.wait = std::max(out.wait, until_reset(got));
    out.provider_message_id = std::move(id);
    return out;
  }

  std::string url_;
  milliseconds timeout_;
};

}  // namespace

}  // namespace discord

channel_type discord_type() {
  return {
    .name = "discord",
    .doc = "A Discord webhook.",
    .needs_address = false,
    .defaults = {.rate = rate_limit{.count = 30, .per = std::chrono::minutes{1}, .burst = 5},
                 .concurrency = 2},
    .keys = {{"webhook_url", true, true, "https://discord.com/api/webhooks/ID/TOKEN"},
             {"base_url", false, false, "another host in place of discord.com"}},
    .make = make_robot<discord::discord_channel>,
  };
}

}  // namespace carillon::channels
