// JPush (极光推送): https://docs.jiguang.cn/jpush/server/push/rest_api_v3_push

#include "adapters/channels/error_table.hpp"
#include "adapters/channels/json.hpp"
#include "adapters/channels/judgement.hpp"
#include "adapters/channels/keys.hpp"
#include "adapters/channels/push.hpp"
#include "adapters/channels/signature.hpp"
#include "adapters/channels/types.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <charconv>

namespace carillon::channels {

namespace jpush {

namespace {

using nlohmann::json;

// The whole message may have 4000 bytes and its iOS part 3584; one bound for both.
constexpr std::size_t body_max = 3500;
constexpr auto ttl_max = seconds{10 * 24 * 3600};

constexpr verdict unwell{error_class::transient};
constexpr verdict bad_request{error_class::invalid_request};
constexpr verdict no_access{error_class::invalid_credentials};

// CHANNELS.md section 10d.
constexpr std::array jpush_codes{
  error_row{1000, unwell},
  error_row{1030, unwell},
  error_row{1001, bad_request},
  error_row{1002, bad_request},
  error_row{1003, bad_request},
  error_row{1005, bad_request},
  error_row{1012, bad_request},
  error_row{1020, bad_request},
  error_row{1004, no_access},
  error_row{1008, no_access},
  error_row{2003, no_access},
  error_row{2004, no_access},
  error_row{1011, {error_class::invalid_recipient}},
  error_row{2002, {error_class::rate_limited, std::chrono::minutes{1}}},
};

/// Whom an address means: a registration id, `alias:NAME` or `tag:NAME`.
json audience_of(std::string_view address) {
  for (std::string_view kind : {"alias", "tag"})
    if (address.starts_with(kind) && address.substr(kind.size()).starts_with(':'))
      return {{std::string{kind}, json::array({address.substr(kind.size() + 1)})}};
  return {{"registration_id", json::array({address})}};
}

milliseconds reset_of(const response& got, milliseconds fallback) {
  const auto text = got.header("x-rate-limit-reset");
  std::int64_t in = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), in);
  const auto good = failed == std::errc{} && end == text.data() + text.size() && in >= 0;
  return good ? seconds{std::min<std::int64_t>(in, 3600)} : fallback;
}

class jpush_channel final : public channel {
 public:
  jpush_channel(const std::string& app_key, const std::string& secret, std::string base,
                milliseconds timeout)
      : authorization_("Basic " + base64(app_key + ":" + secret)),
        base_(std::move(base)),
        timeout_(timeout) {}

  result<request> compose(const delivery& what, const stamp& at) const override {
    if (what.recipient.empty())
      return error{errc::not_found, "no registration id"};
    const auto data = object_in(what.content.data);
    const auto wishes = push_wishes_in(data);
    const auto ttl = time_to_live(what, data, at.now, ttl_max);
    auto body = fitted_push(what, data, body_max, [&](std::string_view text, const json& own) {
      json out{{"platform", "all"},
               {"audience", audience_of(what.recipient)},
               {"notification", notification_of(what.content.title, text, own, wishes)},
               {"options", {{"time_to_live", ttl.count()}, {"apns_production", true}}}};
      if (!wishes.cid.empty())
        out["cid"] = wishes.cid;
      return out.dump();
    });
    auto out = json_post(base_ + "/v3/push", std::move(body), timeout_);
    out.headers.emplace_back("Authorization", authorization_);
    return request{std::move(out)};
  }

  outcome judge(const transport_result& came, timestamp now) const override {
    if (const auto* failure = std::get_if<transport_error>(&came))
      return judge_failure(*failure);
    const auto& got = std::get<response>(came);
    const auto body = object_in(got.body);
    if (auto id = text_in(body, "msg_id"); got.status == 200 && !id.empty())
      return {
        .provider_code = "200", .provider_message_id = std::move(id), .excerpt = excerpt(got.body)};
    const auto error = body.find("error");
    const auto code = error == body.end() ? std::nullopt : integer_in(*error, "code");
    const auto* means = code ? find_verdict(jpush_codes, *code, {}) : nullptr;
    auto out = means != nullptr ? outcome_of(*means, got, now) : judge_unreadable(got, now);
    if (code)
      out.provider_code = std::to_string(*code);
    else if (got.status == 401 || got.status == 403)
      out.error_class = error_class::invalid_credentials;
    if (out.error_class == error_class::rate_limited)
      out.wait = reset_of(got, out.wait);
    return out;
  }

  /// Asks for an id that no push is made with.
  result<request> probe(const stamp&) const override {
    return request{http_request{.method = "GET",
                                .url = base_ + "/v3/push/cid?count=1",
                                .headers = {{"Authorization", authorization_}},
                                .timeout = timeout_}};
  }

  outcome judge_probe(const transport_result& came, timestamp now) const override {
    const auto* got = std::get_if<response>(&came);
    if (got != nullptr && got->status == 200 && object_in(got->body).contains("cidlist"))
      return {.provider_code = "200"};
    return judge(came, now);
  }

 private:
  static json notification_of(const std::string& title, std::string_view text, const json& own,
                              const push_wishes& wishes) {
    json android{{"alert", text}, {"title", title}};
    json ios{{"alert", {{"title", title}, {"body", text}}}};
    if (!own.empty())
      android["extras"] = ios["extras"] = own;
    if (!wishes.sound.empty())
      ios["sound"] = wishes.sound;
    if (!wishes.badge.empty())
      ios["badge"] = json::parse(wishes.badge);
    return {{"alert", text}, {"android", std::move(android)}, {"ios", std::move(ios)}};
  }

  std::string authorization_;
  std::string base_;
  milliseconds timeout_;
};

result<channel_ptr> make(const channel_settings& settings) {
  auto base = base_of(settings, "https://api.jpush.cn");
  if (!base)
    return base.error();
  return channel_ptr{std::make_shared<jpush_channel>(key_of(settings, "app_key"),
                                                     key_of(settings, "master_secret"),
                                                     std::move(*base), settings.timeout)};
}

}  // namespace

}  // namespace jpush

channel_type jpush_type() {
  return {
    .name = "jpush",
    .doc = "Push to apps through JPush (极光推送).",
    .defaults = {.rate = rate_limit{.count = 600, .per = std::chrono::minutes{1}, .burst = 100},
                 .concurrency = 8},
    .keys = {{"app_key", true, false, "the app's AppKey"},
             {"master_secret", true, true, "its Master Secret"},
             {"base_url", false, false, "another host in place of https://api.jpush.cn"}},
    .make = jpush::make,
  };
}

}  // namespace carillon::channels
