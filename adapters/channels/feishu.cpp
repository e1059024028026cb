// Feishu (飞书) and Lark app messages:
// https://open.feishu.cn/document/server-docs/im-v1/message/create

#include "adapters/channels/error_table.hpp"
#include "adapters/channels/feishu_message.hpp"
#include "adapters/channels/json.hpp"
#include "adapters/channels/judgement.hpp"
#include "adapters/channels/keys.hpp"
#include "adapters/channels/token_channel.hpp"
#include "adapters/channels/types.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace carillon::channels {

namespace feishu {

namespace {

using nlohmann::ordered_json;

/// A text may be 150 KB, a card 30 KB, where the style that Feishu adds counts too.
constexpr feishu::limits app_limits{150'000, 28'000};

/// The provider's own for one person or one group.
constexpr rate_limit receiver_limit{5, seconds{1}, 2};

constexpr verdict stale_token{.what = error_class::transient, .refresh_token = true};
constexpr verdict credentials{error_class::invalid_credentials};
constexpr verdict nobody_there{error_class::invalid_recipient};
constexpr verdict system_limit{error_class::rate_limited, std::chrono::minutes{1}};
constexpr verdict later{error_class::transient};

// CHANNELS.md section 3b.
constexpr std::array table{
  error_row{99991661, stale_token},
  error_row{99991663, stale_token},
  error_row{99991664, stale_token},
  error_row{99991668, stale_token},
  error_row{99991671, stale_token},
  error_row{99991677, stale_token},
  error_row{99991400, {error_class::rate_limited}},
  error_row{230020, {error_class::rate_limited, seconds{5}, true}},
  error_row{11232, system_limit},
  error_row{11233, system_limit},
  error_row{230001, nobody_there, "invalid receive_id"},
  error_row{230002, nobody_there},
  error_row{230013, nobody_there},
  error_row{230015, nobody_there},
  error_row{230018, nobody_there},
  error_row{230019, nobody_there},
  error_row{230029, nobody_there},
  error_row{230035, nobody_there},
  error_row{230038, nobody_there},
  error_row{230053, nobody_there},
  error_row{230075, nobody_there},
  error_row{232009, nobody_there},
  error_row{230101, {error_class::transient, std::chrono::minutes{10}, true}},
  error_row{230006, credentials},
  error_row{230027, credentials},
  error_row{99991672, credentials},
  error_row{230049, later},
  error_row{1500, later},
  error_row{1551, later},
  error_row{1557, later},
};

constexpr std::array token_table{
  error_row{10003, credentials},
  error_row{10014, credentials},
  error_row{10015, credentials},
  error_row{99991400, {error_class::rate_limited}},
};

/// A token lives two hours; Feishu makes a new one when less than half an hour of it is left.
constexpr token_form form{.code = "code",
                          .token = "tenant_access_token",
                          .life = "expire",
                          .margin = std::chrono::minutes{25}};

/// An answer of either endpoint. A limit tells its end in a header of Feishu's own.
outcome judge_code(const transport_result& came, std::span<const error_row> rows, timestamp now) {
  auto out = judge_reply(came, {.code = "code", .text = "msg", .table = rows}, now);
  const auto* got = std::get_if<response>(&came);
  if (got == nullptr || out.error_class != error_class::rate_limited)
    return out;
  const response told{
    .headers = {{"retry-after", std::string{got->header("x-ogw-ratelimit-reset")}}}};
  out.wait = retry_after(told, now).value_or(out.wait);
  return out;
}

/// Every kind of id but the tenant's own user ids shows what it is.
std::string_view id_type_of(std::string_view id) {
  if (id.starts_with("ou_"))
    return "open_id";
  if (id.starts_with("on_"))
    return "union_id";
  if (id.starts_with("oc_"))
    return "chat_id";
  return id.find('@') != std::string_view::npos ? "email" : "user_id";
}

class feishu_app final : public token_channel {
 public:
  feishu_app(std::string base, http_request ask)
      : token_channel(ask, form), base_(std::move(base)), timeout_(ask.timeout) {}

  result<request> compose(const delivery& what, const stamp& at) const override {
    const auto message = feishu::message_of(what.content, app_limits);
    auto url = base_ + "/open-apis/im/v1/messages?receive_id_type=";
    const ordered_json body{{"receive_id", what.recipient},
                            {"msg_type", message.msg_type},
                            {"content", message.content},
                            // Once within an hour.
                            {"uuid", to_text(what.id)}};
    auto out = json_post(url.append(id_type_of(what.recipient)), body.dump(), timeout_);
    out.headers.emplace_back("Authorization", "Bearer " + at.token);
    return out;
  }

  outcome judge(const transport_result& came, timestamp now) const override {
    auto out = judge_code(came, table, now);
    const auto* got = std::get_if<response>(&came);
    if (got == nullptr || out.error_class != error_class::none)
      return out;
    const auto body = object_in(got->body);
    if (const auto data = body.find("data"); data != body.end())
      out.provider_message_id = text_in(*data, "message_id");
    return out;
  }

  std::vector<scope_limit> scopes(const delivery& what) const override {
    return {{"receiver:" + what.recipient, receiver_limit}};
  }

 private:
  outcome judge_refusal(const transport_result& came, timestamp now) const override {
    return judge_code(came, token_table, now);
  }

  std::string base_;
  milliseconds timeout_;
};

result<channel_ptr> make(const channel_settings& settings) {
  auto base = base_of(settings, "https://open.feishu.cn");
  if (!base)
    return base.error();
  const ordered_json account{{"app_id", key_of(settings, "app_id")},
                             {"app_secret", key_of(settings, "app_secret")}};
  auto ask = json_post(*base + "/open-apis/auth/v3/tenant_access_token/internal", account.dump(),
                       settings.timeout);
  return channel_ptr{std::make_shared<feishu_app>(std::move(*base), std::move(ask))};
}

}  // namespace

}  // namespace feishu

channel_type feishu_type() {
  return {
    .name = "feishu",
    .doc = "Messages of a Feishu (飞书) or Lark app to people and groups.",
    .defaults = {.rate = rate_limit{.count = 1000, .per = std::chrono::minutes{1}, .burst = 10},
                 .concurrency = 8},
    .keys = {{"app_id", true, false, "cli_…"},
             {"app_secret", true, true, "the app's secret"},
             {"base_url", false, false,
              "another host in place of https://open.feishu.cn, such as "
              "https://open.larksuite.com"}},
    .make = feishu::make,
  };
}

}  // namespace carillon::channels
