// Firebase Cloud Messaging, HTTP v1:
// https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages

#include "adapters/channels/coded_errors.hpp"
#include "adapters/channels/json.hpp"
#include "adapters/channels/judgement.hpp"
#include "adapters/channels/key_pair.hpp"
#include "adapters/channels/keys.hpp"
#include "adapters/channels/push.hpp"
#include "adapters/channels/signature.hpp"
#include "adapters/channels/types.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace carillon::channels {

namespace fcm {

namespace {

using nlohmann::json;

constexpr std::size_t message_max = 4096;
constexpr std::size_t topic_message_max = 2048;
constexpr auto ttl_max = seconds{28 * 24 * 3600};
constexpr std::string_view topic_mark = "topic:";

struct service_account {
  std::string email;
  std::string key_id;
  std::string project;
  std::string token_uri;
  key_pair key;
};

constexpr verdict quota{error_class::rate_limited, std::chrono::minutes{1}};
constexpr verdict no_access{error_class::invalid_credentials};

// The codes of FcmError, then the statuses of answers without one. CHANNELS.md section 10a.
constexpr std::array fcm_codes{
  named_error{"UNREGISTERED", {error_class::invalid_recipient}},
  named_error{"INVALID_ARGUMENT", {error_class::invalid_recipient}},
  named_error{"SENDER_ID_MISMATCH", {error_class::invalid_recipient}},
  named_error{"QUOTA_EXCEEDED", quota},
  named_error{"UNAVAILABLE", {error_class::transient}},
  named_error{"INTERNAL", {error_class::transient}},
  named_error{"THIRD_PARTY_AUTH_ERROR", no_access},
};
constexpr std::array fcm_statuses{
  named_error{"UNAUTHENTICATED", {.what = error_class::transient, .refresh_token = true}},
  named_error{"PERMISSION_DENIED", no_access},
  named_error{"NOT_FOUND", no_access},
  named_error{"RESOURCE_EXHAUSTED", quota},
  named_error{"UNAVAILABLE", {error_class::transient}},
  named_error{"INTERNAL", {error_class::transient}},
};

/// What the `details` of an error say: FCM's own code, and the field that is wrong.
struct fcm_details {
  std::string code{};
  std::string field{};
};

fcm_details details_of(const json& error) {
  fcm_details out;
  const auto found = error.find("details");
  if (found == error.end() || !found->is_array())
    return out;
  for (const auto& one : *found) {
    if (text_in(one, "@type").ends_with("FcmError"))
      out.code = text_in(one, "errorCode");
    if (const auto faults = one.is_object() ? one.find("fieldViolations") : one.end();
        one.is_object() && faults != one.end() && faults->is_array() && !faults->empty())
      out.field = text_in(faults->front(), "field");
  }
  return out;
}

outcome judge_fcm_error(const json& error, const response& got, timestamp now) {
  const auto details = details_of(error);
  const auto status = text_in(error, "status");
  const auto& code = details.code.empty() ? status : details.code;
  const std::span<const named_error> table =
    details.code.empty() ? std::span<const named_error>{fcm_statuses} : fcm_codes;
  const auto* means = find_verdict(table, code);
  const auto other_field =
    !details.field.empty() && details.field != "message.token" && details.field != "message.topic";
  if (code == "INVALID_ARGUMENT" && other_field)
    means = nullptr;
  auto out = means != nullptr ? outcome_of(*means, got, now) : judge_unreadable(got, now);
  out.provider_code = code.empty() ? std::to_string(got.status) : code;
  if (details.code == "UNREGISTERED")
    out.gone_since = now;
  return out;
}

/// The app's data as FCM takes it: texts alone, and no name that FCM keeps for itself.
json texts_of(const json& data) {
  auto out = json::object();
  for (const auto& [name, value] : data.items()) {
    const auto reserved = name == "from" || name == "message_type" || name.starts_with("gcm")
                          || name.starts_with("google");
    if (!reserved)
      out[name] = value.is_string() ? value : json(value.dump());
  }
  return out;
}

class fcm_channel final : public channel {
 public:
  fcm_channel(service_account who, std::string base, milliseconds timeout)
      : who_(std::move(who)), base_(std::move(base)), timeout_(timeout) {}

  result<request> compose(const delivery& what, const stamp& at) const override {
    if (what.recipient.empty())
      return error{errc::not_found, "no registration token"};
    const auto data = object_in(what.content.data);
    const auto is_topic = what.recipient.starts_with(topic_mark);
    auto message = frame_of(what, data, at.now);
    if (is_topic)
      message["topic"] = what.recipient.substr(topic_mark.size());
    else
      message["token"] = what.recipient;
    auto body = fitted_push(what, data, is_topic ? topic_message_max : message_max,
                            [&](std::string_view text, const json& own) {
                              message["notification"]["body"] = text;
                              message["data"] = texts_of(own);
                              if (message["data"].empty())
                                message.erase("data");
                              return json{{"message", message}}.dump();
                            });
    return with_token(std::move(body), at);
  }

  outcome judge(const transport_result& came, timestamp now) const override {
    if (const auto* failure = std::get_if<transport_error>(&came))
      return judge_failure(*failure);
    const auto& got = std::get<response>(came);
    const auto body = object_in(got.body);
    if (const auto error = body.find("error"); error != body.end() && error->is_object())
      return judge_fcm_error(*error, got, now);
    const auto name = text_in(body, "name");
    if (got.status != 200 || name.empty())
      return judge_unreadable(got, now);
    return {.provider_code = "200", .provider_message_id = name, .excerpt = excerpt(got.body)};
  }

  bool needs_token() const override { return true; }

  result<std::variant<request, grant>> authorize(const stamp& at) const override {
    const auto now = std::chrono::floor<seconds>(at.now).time_since_epoch().count();
    const json header{{"alg", "RS256"}, {"typ", "JWT"}, {"kid", who_.key_id}};
    const json claims{{"iss", who_.email},
                      {"scope", "https://www.googleapis.com/auth/firebase.messaging"},
                      {"aud", who_.token_uri},
                      {"iat", now},
                      {"exp", now + 3600}};
    http_request ask{.url = who_.token_uri,
                     .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
                     .timeout = timeout_};
    ask.body = "grant_type=" + percent_encode("urn:ietf:params:oauth:grant-type:jwt-bearer")
               + "&assertion=" + who_.key.jwt(header.dump(), claims.dump());
    return std::variant<request, grant>{request{std::move(ask)}};
  }

  std::variant<grant, outcome> token(const transport_result& came, timestamp now) const override {
    if (const auto* failure = std::get_if<transport_error>(&came))
      return judge_failure(*failure);
    const auto& got = std::get<response>(came);
    const auto body = object_in(got.body);
    const auto lasts = seconds{std::clamp<std::int64_t>(integer_in(body, "expires_in").value_or(0),
                                                        0, std::int64_t{24} * 3600)};
    if (auto fetched = text_in(body, "access_token"); got.status == 200 && !fetched.empty())
      return grant{std::move(fetched), now + std::max(lasts - seconds{300}, lasts / 2),
                   now + lasts};
    auto out = judge_unreadable(got, now);
    if (const auto why = text_in(body, "error"); !why.empty())
      out.provider_code = why;
    if (out.error_class == error_class::invalid_request)
      out.error_class = error_class::invalid_credentials;
    return out;
  }

  result<request> probe(const stamp& at) const override {
    const json body{{"validate_only", true},
                    {"message", {{"topic", "carillon"}, {"notification", {{"title", "test"}}}}}};
    return with_token(body.dump(), at);
  }

 private:
  /// Everything about a message but its address, its text and its data.
  static json frame_of(const delivery& what, const json& data, timestamp now) {
    const auto wishes = push_wishes_in(data);
    const auto ttl = time_to_live(what, data, now, ttl_max);
    json android{{"priority", what.priority == priority::low ? "NORMAL" : "HIGH"},
                 {"ttl", std::to_string(ttl.count()) + "s"}};
    if (!wishes.collapse_key.empty())
      android["collapse_key"] = wishes.collapse_key;
    json out{{"notification", {{"title", what.content.title}}}, {"android", std::move(android)}};
    if (!wishes.image.empty())
      out["notification"]["image"] = wishes.image;
    return out;
  }

  request with_token(std::string body, const stamp& at) const {
    auto out = json_post(base_ + "/v1/projects/" + percent_encode(who_.project) + "/messages:send",
                         std::move(body), timeout_);
    out.headers.emplace_back("Authorization", "Bearer " + at.token);
    out.http2 = true;
    return out;
  }

  service_account who_;
  std::string base_;
  milliseconds timeout_;
};

result<service_account> account_of(const channel_settings& settings) {
  const auto file = object_in(key_of(settings, "service_account"));
  auto email = text_in(file, "client_email");
  auto project = text_in(file, "project_id");
  auto token_uri = key_of(settings, "token_uri");
  if (token_uri.empty())
    token_uri = text_in(file, "token_uri");
  auto key = key_pair::from_pem(text_in(file, "private_key"));
  if (!key || key->is_p256() || email.empty() || project.empty() || token_uri.empty())
    return wrong_key("service_account",
                     "is not the JSON of a service account: project_id, client_email, "
                     "private_key (RSA, PEM) and token_uri");
  return service_account{std::move(email), text_in(file, "private_key_id"), std::move(project),
                         std::move(token_uri), std::move(*key)};
}

result<channel_ptr> make(const channel_settings& settings) {
  auto who = account_of(settings);
  if (!who)
    return who.error();
  auto base = base_of(settings, "https://fcm.googleapis.com");
  if (!base)
    return base.error();
  return channel_ptr{
    std::make_shared<fcm_channel>(std::move(*who), std::move(*base), settings.timeout)};
}

}  // namespace

}  // namespace fcm

channel_type fcm_type() {
  return {
    .name = "fcm",
    .doc = "Push to apps through Firebase Cloud Messaging (HTTP v1).",
    .defaults = {.rate = rate_limit{.count = 6000, .per = seconds{1}, .burst = 1000},
                 .concurrency = 64},
    .keys = {{"service_account", true, true,
              "the service account's JSON; service_account_file reads it from the file"},
             {"token_uri", false, false, "another URL for tokens than the service account names"},
             {"base_url", false, false, "another host in place of https://fcm.googleapis.com"}},
    .make = fcm::make,
  };
}

}  // namespace carillon::channels
