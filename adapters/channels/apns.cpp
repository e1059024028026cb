// Apple Push Notification service:
// https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns

#include "adapters/channels/coded_errors.hpp"
#include "adapters/channels/json.hpp"
#include "adapters/channels/judgement.hpp"
#include "adapters/channels/key_pair.hpp"
#include "adapters/channels/keys.hpp"
#include "adapters/channels/push.hpp"
#include "adapters/channels/types.hpp"
#include "protocol/codec/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace carillon::channels {

namespace apns {

namespace {

using nlohmann::json;

constexpr std::size_t payload_max = 4096;
constexpr std::size_t collapse_id_max = 64;
constexpr auto ttl_max = seconds{30 * 24 * 3600};
// Apple takes a token for an hour and refuses a new one more often than every 20 minutes.
constexpr auto token_renewed_after = std::chrono::minutes{50};
constexpr auto token_lasts = std::chrono::minutes{60};

constexpr verdict no_device{error_class::invalid_recipient};
constexpr verdict bad_request{error_class::invalid_request};
constexpr verdict bad_credentials{error_class::invalid_credentials};
constexpr verdict unwell{error_class::transient};

// CHANNELS.md section 10b.
constexpr std::array apns_reasons{
  named_error{"Unregistered", no_device},
  named_error{"ExpiredToken", no_device},
  named_error{"BadDeviceToken", no_device},
  named_error{"DeviceTokenNotForTopic", no_device},
  named_error{"ExpiredProviderToken", {.what = error_class::transient, .refresh_token = true}},
  named_error{"InvalidProviderToken", bad_credentials},
  named_error{"MissingProviderToken", bad_credentials},
  named_error{"BadCertificate", bad_credentials},
  named_error{"BadCertificateEnvironment", bad_credentials},
  named_error{"BadEnvironmentKeyIdInToken", bad_credentials},
  named_error{"Forbidden", bad_credentials},
  named_error{"TopicDisallowed", bad_credentials},
  named_error{"BadTopic", bad_credentials},
  named_error{"MissingTopic", bad_request},
  named_error{"BadExpirationDate", bad_request},
  named_error{"BadPriority", bad_request},
  named_error{"BadCollapseId", bad_request},
  named_error{"BadMessageId", bad_request},
  named_error{"PayloadEmpty", bad_request},
  named_error{"InvalidPushType", bad_request},
  named_error{"BadPath", bad_request},
  named_error{"MethodNotAllowed", bad_request},
  named_error{"PayloadTooLarge", bad_request},
  named_error{"TooManyRequests", {error_class::rate_limited, std::chrono::minutes{1}, true}},
  named_error{"TooManyProviderTokenUpdates", {error_class::rate_limited, std::chrono::minutes{20}}},
  named_error{"InternalServerError", unwell},
  named_error{"ServiceUnavailable", unwell},
  named_error{"Shutdown", unwell},
};

bool is_device_token(std::string_view text) {
  return text.size() >= 32 && text.size() <= 200
         && std::ranges::all_of(text, [](unsigned char c) { return std::isxdigit(c) != 0; });
}

class apns_channel final : public channel {
 public:
  struct account {
    std::string team;
    std::string key_id;
    std::string topic;
    key_pair key;
  };

  apns_channel(account who, std::string base, milliseconds timeout)
      : who_(std::move(who)), base_(std::move(base)), timeout_(timeout) {}

  result<request> compose(const delivery& what, const stamp& at) const override {
    if (!is_device_token(what.recipient))
      return error{errc::not_found, "the recipient is not a device token in hexadecimal"};
    const auto data = object_in(what.content.data);
    const auto wishes = push_wishes_in(data);
    auto body = fitted_push(what, data, payload_max, [&](std::string_view text, const json& own) {
      auto payload = own;
      payload["aps"] = aps_of(what.content.title, text, wishes);
      return payload.dump();
    });
    auto out = to_device(what.recipient, std::move(body), at);
    auto until = std::chrono::floor<seconds>(at.now) + time_to_live(what, data, at.now, ttl_max);
    auto header = [&](const char* name, std::string value) {
      out.headers.emplace_back(name, std::move(value));
    };
    header("apns-priority", what.priority == priority::low ? "5" : "10");
    header("apns-expiration", std::to_string(until.time_since_epoch().count()));
    const auto id = to_text(what.id);
    header("apns-id", id.substr(id.find('-') + 1));
    if (!wishes.collapse_key.empty())
      header("apns-collapse-id", codec::cut(wishes.collapse_key, collapse_id_max, ""));
    return request{std::move(out)};
  }

  outcome judge(const transport_result& came, timestamp now) const override {
    if (const auto* failure = std::get_if<transport_error>(&came))
      return judge_failure(*failure);
    const auto& got = std::get<response>(came);
    if (got.status == 200)
      return {.provider_code = "200", .provider_message_id = std::string{got.header("apns-id")}};
    const auto body = object_in(got.body);
    const auto reason = text_in(body, "reason");
    if (reason.empty())
      return judge_unreadable(got, now);
    auto out = judge_named(got, reason, apns_reasons, now);
    // A wrong environment or topic is told by 400 and no fault of the token.
    if (got.status == 410 && out.error_class == error_class::invalid_recipient)
      out.gone_since = from_millis(integer_in(body, "timestamp").value_or(to_millis(now)));
    return out;
  }

  bool needs_token() const override { return true; }

  result<std::variant<request, grant>> authorize(const stamp& at) const override {
    const auto issued = std::chrono::floor<seconds>(at.now).time_since_epoch().count();
    const json header{{"alg", "ES256"}, {"kid", who_.key_id}};
    const json claims{{"iss", who_.team}, {"iat", issued}};
    return std::variant<request, grant>{grant{who_.key.jwt(header.dump(), claims.dump()),
                                              at.now + token_renewed_after, at.now + token_lasts}};
  }

  /// A message to a device that there is none of: Apple looks at the credentials first.
  result<request> probe(const stamp& at) const override {
    return request{to_device(std::string(64, '0'), R"({"aps":{}})", at)};
  }

  outcome judge_probe(const transport_result& came, timestamp now) const override {
    auto out = judge(came, now);
    if (out.error_class == error_class::invalid_recipient)
      out.error_class = error_class::none;
    return out;
  }

 private:
  static json aps_of(const std::string& title, std::string_view text, const push_wishes& wishes) {
    json out{{"alert", {{"title", title}, {"body", text}}}};
    if (!wishes.sound.empty())
      out["sound"] = wishes.sound;
    if (!wishes.badge.empty())
      out["badge"] = json::parse(wishes.badge);
    return out;
  }

  http_request to_device(const std::string& token, std::string body, const stamp& at) const {
    auto out = json_post(base_ + "/3/device/" + token, std::move(body), timeout_);
    out.http2 = true;
    out.headers.emplace_back("authorization", "bearer " + at.token);
    out.headers.emplace_back("apns-topic", who_.topic);
    out.headers.emplace_back("apns-push-type", "alert");
    return out;
  }

  account who_;
  std::string base_;
  milliseconds timeout_;
};

result<channel_ptr> make(const channel_settings& settings) {
  auto key = key_pair::from_pem(key_of(settings, "key"));
  if (!key || !key->is_p256())
    return wrong_key("key", "is not Apple's .p8 file: a P-256 private key in PEM");
  auto base = base_of(settings, "https://api.push.apple.com");
  if (!base)
    return base.error();
  return channel_ptr{std::make_shared<apns_channel>(
    apns_channel::account{key_of(settings, "team_id"), key_of(settings, "key_id"),
                          key_of(settings, "topic"), std::move(*key)},
    std::move(*base), settings.timeout)};
}

}  // namespace

}  // namespace apns

channel_type apns_type() {
  return {
    .name = "apns",
    .doc = "Push to Apple devices through APNs, with a token key (.p8).",
    .defaults = {.rate = rate_limit{.count = 1000, .per = seconds{1}, .burst = 500},
                 .concurrency = 64},
    .keys = {{"team_id", true, false, "the ten characters of the team"},
             {"key_id", true, false, "the ten characters of the key"},
             {"key", true, true, "the key's PEM; key_file reads it from the .p8 file"},
             {"topic", true, false, "the app's bundle id"},
             {"base_url", false, false,
              "another host in place of https://api.push.apple.com, such as "
              "https://api.sandbox.push.apple.com"}},
    .make = apns::make,
  };
}

}  // namespace carillon::channels
