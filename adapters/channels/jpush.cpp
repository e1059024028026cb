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

// A cid is good for a day; so many are given at a time to everybody. The margin is for an attempt
// under way.
constexpr int cid_count = 10;
constexpr auto cid_life = std::chrono::hours{24} - std::chrono::minutes{10};

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

/// A cid as its delivery keeps it: until when it is good, and to which app JPush gave it.
std::string ticket_of(std::string_view cid, const std::string& app_key, timestamp until) {
  return std::to_string(to_millis(until)).append(" ").append(app_key).append(" ").append(cid);
}

struct kept_cid {
  std::string_view cid{};
  timestamp until{};
};

/// Nothing where there is none of this app's.
std::optional<kept_cid> cid_in(std::string_view ticket, const std::string& app_key) {
  std::int64_t until = 0;
  const auto [end, failed] = std::from_chars(ticket.data(), ticket.data() + ticket.size(), until);
  const auto rest = ticket.substr(static_cast<std::size_t>(end - ticket.data()));
  const auto prefix = " " + app_key + " ";
  if (failed != std::errc{} || !rest.starts_with(prefix))
    return std::nullopt;
  return kept_cid{rest.substr(prefix.size()), from_millis(until)};
}

std::vector<std::string> cids_in(const json& body) {
  std::vector<std::string> out;
  if (const auto list = body.find("cidlist"); list != body.end() && list->is_array())
    for (const auto& cid : *list)
      if (cid.is_string() && !cid.get_ref<const std::string&>().empty())
        out.push_back(cid);
  return out;
}

/// A host in JPush's place that gives out no cids.
bool has_no_cids(const response& got, const json& body) {
  return got.status == 404 || got.status == 405
         || (got.status == 200 && !body.empty() && !body.contains("cidlist"));
}

class jpush_channel final : public channel {
 public:
  jpush_channel(std::string app_key, const std::string& secret, std::string base,
                milliseconds timeout)
      : app_key_(std::move(app_key)),
        authorization_("Basic " + base64(app_key_ + ":" + secret)),
        base_(std::move(base)),
        timeout_(timeout) {}

  result<request> compose(const delivery& what, const stamp& at) const override {
    if (what.recipient.empty())
      return error{errc::not_found, "no registration id"};
    const auto data = object_in(what.content.data);
    auto wishes = push_wishes_in(data);
    if (const auto mine = cid_in(what.ticket, app_key_); mine && wishes.cid.empty())
      wishes.cid = mine->cid;
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

  /// A push goes out under one cid however often it is sent: JPush makes it once. A producer may
  /// bring one of its own.
  bool needs_ticket(const delivery& what, timestamp now) const override {
    const auto mine = cid_in(what.ticket, app_key_);
    return (!mine || mine->until <= now)
           && push_wishes_in(object_in(what.content.data)).cid.empty();
  }

  result<std::variant<request, grant>> authorize(const stamp&) const override {
    return std::variant<request, grant>{ask_for_cids(cid_count)};
  }

  std::variant<grant, outcome> token(const transport_result& came, timestamp now) const override {
    const auto* got = std::get_if<response>(&came);
    if (got == nullptr)
      return judge(came, now);
    const auto body = object_in(got->body);
    auto cids = got->status == 200 ? cids_in(body) : std::vector<std::string>{};
    if (cids.empty() && has_no_cids(*got, body))
      cids.resize(cid_count);
    if (cids.empty())
      return judge(came, now);
    const auto until = now + cid_life;
    for (auto& cid : cids)
      cid = ticket_of(cid, app_key_, until);
    return grant{.refresh_at = until, .expires_at = until, .tickets = std::move(cids)};
  }

  /// Asks for an id that no push is made with.
  result<request> probe(const stamp&) const override { return request{ask_for_cids(1)}; }

  outcome judge_probe(const transport_result& came, timestamp now) const override {
    const auto* got = std::get_if<response>(&came);
    if (got != nullptr && got->status == 200 && object_in(got->body).contains("cidlist"))
      return {.provider_code = "200"};
    return judge(came, now);
  }

 private:
  http_request ask_for_cids(int count) const {
    return {.method = "GET",
            .url = base_ + "/v3/push/cid?count=" + std::to_string(count),
            .headers = {{"Authorization", authorization_}},
            .timeout = timeout_};
  }

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

  std::string app_key_;
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
