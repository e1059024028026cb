// Standard Webhooks:
// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
// X-Hub-Signature-256:
// https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries

#include "adapters/sources/webhook.hpp"

#include "adapters/channels/signature.hpp"
#include "protocol/codec/body.hpp"
#include "protocol/codec/record.hpp"
#include "protocol/codec/stable_hash.hpp"
#include "protocol/codec/text.hpp"

#include <nlohmann/json.hpp>

#include <openssl/crypto.h>

#include <charconv>
#include <utility>

namespace carillon::sources {

namespace {

constexpr std::string_view standard_prefix = "whsec_";
constexpr std::string_view standard_version = "v1,";
constexpr std::string_view hub_prefix = "sha256=";
constexpr seconds tolerance{300};

bool same_bytes(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string key_of(const std::string& secret) {
  if (secret.starts_with(standard_prefix))
    if (auto key = channels::from_base64(std::string_view{secret}.substr(standard_prefix.size())))
      return std::move(*key);
  return secret;
}

bool is_fresh(std::string_view text, timestamp now) {
  std::int64_t at = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), at);
  if (ec != std::errc{} || end != text.data() + text.size())
    return false;
  const auto apart = to_millis(now) / 1000 - at;
  return apart <= tolerance.count() && apart >= -tolerance.count();
}

bool standard_holds(const std::string& key, const signature& given, std::string_view body,
                    timestamp now) {
  if (!is_fresh(given.timestamp, now))
    return false;
  std::string text{given.id};
  text.append(".").append(given.timestamp).append(".").append(body);
  const auto wanted = channels::base64(channels::hmac_sha256(key, text));
  for (auto rest = given.standard; !rest.empty();) {
    const auto one = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(rest.size(), one.size() + 1));
    if (one.starts_with(standard_version)
        && same_bytes(one.substr(standard_version.size()), wanted))
      return true;
  }
  return false;
}

/// The text at that path; a number as it is written, nothing of anything else.
std::string text_at(const nlohmann::json& whole, const std::string& path) {
  if (path.empty())
    return {};
  const auto* at = &whole;
  for (std::string_view rest = path; !rest.empty();) {
    const auto name = rest.substr(0, rest.find('.'));
    rest.remove_prefix(std::min(rest.size(), name.size() + 1));
    const auto found = at->is_object() ? at->find(std::string{name}) : at->end();
    if (found == at->end())
      return {};
    at = &*found;
  }
  auto text = at->is_string() ? at->get<std::string>() : at->is_number() ? at->dump() : "";
  return codec::has_control(text) ? std::string{} : text;
}

}  // namespace

bool is_signed(const webhook& by, const signature& given, std::string_view body, timestamp now) {
  const auto key = key_of(by.secret);
  if (!given.standard.empty())
    return standard_holds(key, given, body, now);
  return given.hub.starts_with(hub_prefix)
         && same_bytes(given.hub.substr(hub_prefix.size()),
                       channels::hex(channels::hmac_sha256(key, body)));
}

result<event_draft> read_webhook(const webhook& by, const signature& given, std::string_view body) {
  auto whole = codec::read_json(body, {.depth = 0, .names = {}, .outer = {}});
  if (!whole)
    return std::move(whole).error();
  if (whole->is != codec::json_value::kind::object)
    return codec::invalid_body({{"", "must be an object"}});
  if (whole->text.size() > codec::max_object)
    return codec::invalid_body(
      {{"", "must have at most " + std::to_string(codec::max_object) + " bytes"}});
  const auto members = nlohmann::json::parse(whole->text);
  event_draft draft;
  draft.what.type = by.event;
  draft.what.source = by.name;
  draft.what.entity_id = text_at(members, by.entity_field);
  if (draft.what.entity_id.size() > codec::max_id)
    draft.what.entity_id = codec::stable_hash(draft.what.entity_id);
  if (auto whom = text_at(members, by.recipient_field);
      !whom.empty() && whom.size() <= codec::max_address)
    draft.what.recipients.push_back(std::move(whom));
  draft.what.data = std::move(whole->text);
  if (!given.standard.empty() && !given.id.empty())
    draft.idempotency_key = "webhook-" + codec::stable_hash(given.id);
  return draft;
}

}  // namespace carillon::sources
