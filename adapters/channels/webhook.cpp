// Standard Webhooks 1.0.0: https://www.standardwebhooks.com

#include "adapters/channels/judgement.hpp"
#include "adapters/channels/keys.hpp"
#include "adapters/channels/redacted.hpp"
#include "adapters/channels/signature.hpp"
#include "adapters/channels/sinks.hpp"
#include "adapters/channels/types.hpp"
#include "protocol/codec/text.hpp"
#include "protocol/codec/time.hpp"
#include "protocol/rules/addressing.hpp"

namespace carillon::channels {

namespace webhook {

namespace {

/// What it is for: messages to people, or telling a program how they ended.
enum class webhook_use : std::uint8_t { channel, sink };

/// The `data` of the body; null where a thing has no id or name.
void append_data(std::string& out, const delivery& what) {
  auto member = [&out](std::string_view key, std::string_view text) {
    out.append("\"").append(key).append("\":");
    if (text.empty())
      out.append("null");
    else
      codec::append_json_string(out, text);
    out.push_back(',');
  };
  out.push_back('{');
  member("event_id", what.event ? to_text(*what.event) : std::string{});
  member("notification_id", what.notification ? to_text(*what.notification) : std::string{});
  member("delivery_id", to_text(what.id));
  member("title", what.content.title);
  member("message", what.content.text);
  member("recipient", what.user_id.empty() ? what.recipient : what.user_id);
  out.append("\"data\":").append(what.content.data.empty() ? "{}" : what.content.data);
  out.push_back('}');
}

std::string body_of(const delivery& what, webhook_use use) {
  std::string out = R"({"type":)";
  codec::append_json_string(out, what.content.type);
  out.append(R"(,"timestamp":")");
  codec::append_rfc3339(out, what.created_at);
  out.append(R"(","data":)");
  if (use == webhook_use::sink)
    out.append(what.content.data);
  else
    append_data(out, what);
  out.push_back('}');
  return out;
}

class webhook_channel final : public channel {
 public:
  webhook_channel(std::string url, std::vector<std::string> keys, milliseconds timeout,
                  webhook_use use)
      : url_(std::move(url)), keys_(std::move(keys)), timeout_(timeout), use_(use) {}

  result<request> compose(const delivery& what, const stamp& at) const override {
    auto own = rules::is_url(what.recipient);
    if (!own && url_.empty())
      return error{errc::not_found, "the channel has no url and the recipient is none"};
    http_request out{.url = own ? what.recipient : url_,
                     .body = body_of(what, use_),
                     .timeout = timeout_,
                     .guarded = own};
    auto id = to_text(what.id);
    auto sent = std::to_string(std::chrono::floor<seconds>(at.now).time_since_epoch().count());
    out.headers = {{"Content-Type", "application/json; charset=utf-8"},
                   {"webhook-id", id},
                   {"webhook-timestamp", sent}};
    if (!keys_.empty())
      out.headers.emplace_back("webhook-signature", sign(id + "." + sent + "." + out.body));
    if (!what.trace_id.empty())
      out.headers.emplace_back("traceparent", "00-" + what.trace_id + "-" + span_of(at) + "-01");
    return request{std::move(out)};
  }

  outcome judge(const transport_result& came, timestamp now) const override {
    if (auto failure = std::get_if<transport_error>(&came))
      return judge_failure(*failure);
    auto& got = std::get<response>(came);
    auto out = judge_status(got, now);
    if (got.status == 410) {
      out.error_class = error_class::invalid_recipient;
      out.gone_since = now;
    } else if (got.status >= 400 && out.error_class == error_class::invalid_request) {
      // The specification retries every failure: a receiver being deployed may say anything.
      out.error_class = error_class::transient;
      out.wait = retry_after(got, now).value_or(milliseconds{0});
    } else if (use_ == webhook_use::sink && out.error_class == error_class::invalid_credentials) {
      out.error_class = error_class::transient;
    }
    return out;
  }

 private:
  std::string sign(std::string_view content) const {
    std::string out;
    for (auto& key : keys_) {
      if (!out.empty())
        out.push_back(' ');
      out.append("v1,").append(base64(hmac_sha256(key, content)));
    }
    return out;
  }

  static std::string span_of(const stamp& at) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out(16, '0');
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = digits[(at.random >> (4 * i)) & 15];
    out.back() = '1';  // never all zero
    return out;
  }

  std::string url_;
  std::vector<std::string> keys_;
  milliseconds timeout_;
  webhook_use use_;
};

/// The raw keys of one or, while a secret is being rotated, several `whsec_…` divided by spaces.
result<std::vector<std::string>> keys_of(std::string_view secrets) {
  constexpr std::string_view prefix = "whsec_";
  std::vector<std::string> keys;
  while (!secrets.empty()) {
    auto one = secrets.substr(0, secrets.find(' '));
    secrets.remove_prefix(std::min(secrets.size(), one.size() + 1));
    if (one.empty())
      continue;
    if (one.starts_with(prefix))
      one.remove_prefix(prefix.size());
    auto key = from_base64(one);
    if (!key || key->size() < 24 || key->size() > 64)
      return error{errc::invalid,
                   "a webhook secret is whsec_ and the base64 of 24 to 64 bytes",
                   {{"/secret", "not whsec_ and the base64 of 24 to 64 bytes"}}};
    keys.push_back(std::move(*key));
  }
  return keys;
}

result<channel_ptr> make_for(const channel_settings& settings, webhook_use use) {
  auto url = key_of(settings, "url");
  if (url.empty() && use == webhook_use::sink)
    return error{errc::invalid, "the sink has no url", {{"/url", "is missing"}}};
  if (!url.empty() && !rules::is_url(url))
    return error{errc::invalid, "url is not an http or https URL", {{"/url", "not a URL"}}};
  auto keys = keys_of(key_of(settings, "secret"));
  if (!keys)
    return keys.error();
  return channel_ptr{
    std::make_shared<webhook_channel>(url, std::move(*keys), settings.timeout, use)};
}

result<channel_ptr> make(const channel_settings& settings) {
  return make_for(settings, webhook_use::channel);
}

}  // namespace

}  // namespace webhook

result<channel_ptr> make_webhook_sink(const channel_settings& settings) {
  auto made = webhook::make_for(settings, webhook::webhook_use::sink);
  return made ? redacted(std::move(*made), settings) : std::move(made);
}

channel_type webhook_type() {
  return {
    .name = "webhook",
    .doc = "Posts to a URL of yours, signed as Standard Webhooks 1.0.0 say.",
    .address_key = "url",
    .is_address = rules::is_url,
    .defaults = {.concurrency = 16},
    .keys = {{"url", false, false, "where to post; a delivery whose recipient is a URL goes there"},
             {"secret", false, true, "whsec_…; two divided by a space while one is replaced"}},
    .make = webhook::make,
  };
}

}  // namespace carillon::channels
