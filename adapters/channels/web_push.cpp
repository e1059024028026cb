// Web Push: RFC 8030, 8291 and 8292.

#include "adapters/channels/error_table.hpp"
#include "adapters/channels/json.hpp"
#include "adapters/channels/judgement.hpp"
#include "adapters/channels/keys.hpp"
#include "adapters/channels/push.hpp"
#include "adapters/channels/signature.hpp"
#include "adapters/channels/types.hpp"
#include "adapters/channels/web_push_encryption.hpp"

#include <openssl/rand.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <stdexcept>

namespace carillon::channels {

namespace web_push {

namespace {

using nlohmann::json;

constexpr std::size_t topic_max = 32;
constexpr auto ttl_max = seconds{28 * 24 * 3600};
constexpr auto token_lasts = std::chrono::hours{12};

/// Scheme, host and port of a URL.
std::string origin_of(std::string_view url) {
  return std::string{url.substr(0, url.find('/', url.find("://") + 3))};
}

/// A name for what the message replaces, in the alphabet and length that a Topic may have.
std::string topic_of(const std::string& collapse_key) {
  const auto fits =
    collapse_key.size() <= topic_max && std::ranges::all_of(collapse_key, [](unsigned char c) {
      return std::isalnum(c) != 0 || c == '-' || c == '_';
    });
  return fits ? collapse_key : base64url(hmac_sha256("Topic", collapse_key)).substr(0, topic_max);
}

const char* urgency_of(priority x) {
  switch (x) {
    case priority::low:
      return "low";
    case priority::normal:
      return "normal";
    default:
      return "high";
  }
}

std::string random_salt() {
  std::string out(16, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), 16) != 1)
    throw std::runtime_error("OpenSSL has no randomness");
  return out;
}

class web_push_channel final : public channel {
 public:
  web_push_channel(key_pair key, std::string subject, std::string base, milliseconds timeout)
      : key_(std::move(key)),
        public_key_(base64url(key_.public_point())),
        subject_(std::move(subject)),
        base_(std::move(base)),
        timeout_(timeout) {}

  result<request> compose(const delivery& what, const stamp& at) const override {
    const auto to = web_push::parse_subscription(what.recipient);
    if (!to)
      return error{errc::not_found, "the recipient is not a browser's subscription"};
    const auto data = object_in(what.content.data);
    // The keys of a message come from OpenSSL: 64 random bits of a stamp would not do.
    auto body = web_push::encrypted(text_of(what, data), *to, key_pair::generate(), random_salt());
    if (!body)
      return error{errc::not_found, "the subscription's key is not a point of the curve"};
    http_request out{.url = base_.empty()
                              ? to->endpoint
                              : base_ + to->endpoint.substr(origin_of(to->endpoint).size()),
                     .body = std::move(*body),
                     .timeout = timeout_,
                     .guarded = base_.empty()};
    out.headers = {{"Content-Type", "application/octet-stream"},
                   {"Content-Encoding", "aes128gcm"},
                   {"TTL", std::to_string(time_to_live(what, data, at.now, ttl_max).count())},
                   {"Urgency", urgency_of(what.priority)},
                   {"Authorization", authorization(origin_of(to->endpoint), at.now)}};
    if (const auto wishes = push_wishes_in(data); !wishes.collapse_key.empty())
      out.headers.emplace_back("Topic", topic_of(wishes.collapse_key));
    return request{std::move(out)};
  }

  outcome judge(const transport_result& came, timestamp now) const override {
    if (const auto* failure = std::get_if<transport_error>(&came))
      return judge_failure(*failure);
    const auto& got = std::get<response>(came);
    auto out = judge_status(got, now);
    if (out.error_class == error_class::none) {
      out.provider_message_id = got.header("location");
    } else if (got.status == 404 || got.status == 410) {
      out.error_class = error_class::invalid_recipient;
      out.gone_since = now;
    } else if (got.status == 401 || got.status == 403) {
      out.error_class = error_class::invalid_credentials;
    }
    return out;
  }

  std::vector<scope_limit> scopes(const delivery& what) const override {
    const auto to = web_push::parse_subscription(what.recipient);
    if (!to)
      return {};
    return {{origin_of(to->endpoint), {.count = 100, .per = seconds{1}, .burst = 50}}};
  }

 private:
  static std::string text_of(const delivery& what, const json& data) {
    return fitted_push(what, data, web_push::plaintext_max,
                       [&](std::string_view text, const json& own) {
                         json out{{"title", what.content.title},
                                  {"body", text},
                                  {"type", what.content.type},
                                  {"data", own}};
                         if (what.notification)
                           out["notification_id"] = to_text(*what.notification);
                         return out.dump();
                       });
  }

  /// RFC 8292: who we are, said to this push service alone.
  std::string authorization(const std::string& audience, timestamp now) const {
    const auto until = std::chrono::floor<seconds>(now + token_lasts).time_since_epoch().count();
    const json claims{{"aud", audience}, {"exp", until}, {"sub", subject_}};
    const auto token = key_.jwt(R"({"typ":"JWT","alg":"ES256"})", claims.dump());
    return "vapid t=" + token + ", k=" + public_key_;
  }

  key_pair key_;
  std::string public_key_;
  std::string subject_;
  std::string base_;
  milliseconds timeout_;
};

result<key_pair> vapid_key(const std::string& text) {
  if (text.starts_with("-----"))
    return key_pair::from_pem(text);
  return key_pair::from_number(from_base64url(text).value_or(std::string{}));
}

result<channel_ptr> make(const channel_settings& settings) {
  auto key = vapid_key(key_of(settings, "vapid_private_key"));
  if (!key || !key->is_p256())
    return wrong_key("vapid_private_key",
                     "is not a P-256 key: 32 bytes in base64url, or a private key in PEM");
  auto subject = key_of(settings, "subject");
  if (!subject.starts_with("mailto:") && !subject.starts_with("https://"))
    return wrong_key("subject", "must begin with mailto: or https://");
  auto base = base_of(settings, {});
  if (!base)
    return base.error();
  return channel_ptr{std::make_shared<web_push_channel>(std::move(*key), std::move(subject),
                                                        std::move(*base), settings.timeout)};
}

}  // namespace

}  // namespace web_push

channel_type web_push_type() {
  return {
    .name = "web_push",
    .doc = "Push to browsers; the address is the subscription's JSON.",
    .defaults = {.concurrency = 16},
    .keys = {{"vapid_private_key", true, true, "base64url of 32 bytes, or PEM"},
             {"subject", true, false, "whom a push service may write to: mailto: or https://"},
             {"base_url", false, false, "another host in place of every subscription's own"}},
    .make = web_push::make,
  };
}

}  // namespace carillon::channels
