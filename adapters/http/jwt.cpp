#include "adapters/http/jwt.hpp"

#include "adapters/http/jwt_key.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <stdexcept>

namespace carillon::http {

namespace {

using nlohmann::json;

error refusal(const char* why) {
  return {errc::unauthorized, why};
}

std::optional<json> object_of(std::string_view part) {
  const auto text = from_base64url(part);
  if (!text)
    return std::nullopt;
  auto value = json::parse(*text, nullptr, false);
  if (!value.is_object())
    return std::nullopt;
  return value;
}

/// The texts of a claim that may be one value or a list; numbers count as their digits.
void add_texts(const json& claims, const char* name, std::vector<std::string>& into) {
  const auto found = claims.find(name);
  if (found == claims.end())
    return;
  const auto add = [&into](const json& x) {
    auto text = x.is_string()           ? x.get<std::string>()
                : x.is_number_integer() ? x.dump()
                                        : std::string{};
    if (!text.empty() && std::find(into.begin(), into.end(), text) == into.end())
      into.push_back(std::move(text));
  };
  if (found->is_array())
    std::for_each(found->begin(), found->end(), add);
  else
    add(*found);
}

/// A NumericDate; nothing where it is absent or no number.
std::optional<timestamp> time_of(const json& claims, const char* name) {
  const auto found = claims.find(name);
  if (found == claims.end() || !found->is_number())
    return std::nullopt;
  constexpr double last = 253'402'300'799;  // the end of the year 9999
  const double at = std::clamp(found->get<double>(), -last, last);
  return from_millis(static_cast<std::int64_t>(at * 1000));
}

bool has_scope(std::string_view scopes, std::string_view wanted) {
  while (!scopes.empty()) {
    const auto end = std::min(scopes.find(' '), scopes.size());
    if (scopes.substr(0, end) == wanted)
      return true;
    scopes.remove_prefix(std::min(end + 1, scopes.size()));
  }
  return false;
}

std::string text_of(const json& claims, const char* name) {
  const auto found = claims.find(name);
  return found != claims.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

/// The names of a claim. What nothing can be addressed to names nothing, and is left out.
void add_names(const json& claims, const char* name, std::vector<std::string>& into) {
  add_texts(claims, name, into);
  std::erase_if(into, [](const std::string& x) { return !is_user_id(x); });
}

principal principal_of(const json& claims, timestamp expires_at) {
  principal who;
  who.subject = text_of(claims, "sub");
  add_names(claims, "role", who.roles);
  add_names(claims, "roles", who.roles);
  add_names(claims, "store_id", who.stores);
  add_names(claims, "store_ids", who.stores);
  std::vector<std::string> scopes;
  add_texts(claims, "scope", scopes);
  for (const auto& scope : scopes) {
    who.is_admin = who.is_admin || has_scope(scope, "admin");
    who.may_publish = who.may_publish || who.is_admin || has_scope(scope, "publish");
  }
  if (auto locale = text_of(claims, "locale"); is_user_id(locale))
    who.locale = std::move(locale);
  who.expires_at = expires_at;
  return who;
}

}  // namespace

bool is_user_id(std::string_view text) {
  return !text.empty() && text.size() <= 128
         && std::none_of(text.begin(), text.end(),
                         [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

jwt_verifier::jwt_verifier(jwt_rules rules) : rules_(std::move(rules)) {
  if (!rules_.public_key.empty())
    key_ = make_public_key(rules_.public_key);
  else if (!rules_.secret.empty())
    key_ = make_secret_key(rules_.secret);
  else
    throw std::invalid_argument{"neither a secret nor a public key"};
}

jwt_verifier::~jwt_verifier() = default;

result<principal> jwt_verifier::verify(std::string_view token, timestamp now) const {
  const auto first = token.find('.');
  const auto second = token.find('.', first == token.npos ? first : first + 1);
  if (second == token.npos || token.find('.', second + 1) != token.npos)
    return refusal("the token is neither a JSON Web Token nor a known service token");
  const auto header = object_of(token.substr(0, first));
  if (!header || header->contains("crit"))
    return refusal("the token's header cannot be read");
  if (text_of(*header, "alg") != key_->algorithm())
    return refusal("the token is signed with another algorithm than the one configured");
  const auto signature = from_base64url(token.substr(second + 1));
  if (!signature || !key_->matches(token.substr(0, second), *signature))
    return refusal("the token's signature does not match");
  const auto claims = object_of(token.substr(first + 1, second - first - 1));
  if (!claims)
    return refusal("the token's claims cannot be read");
  const auto expires_at = time_of(*claims, "exp");
  if (!expires_at)
    return refusal("the token has no exp");
  if (*expires_at <= now)
    return refusal("the token has expired");
  if (claims->contains("nbf")) {
    const auto from = time_of(*claims, "nbf");
    if (!from || *from > now + rules_.leeway)
      return refusal("the token is not valid yet");
  }
  if (!rules_.issuer.empty() && text_of(*claims, "iss") != rules_.issuer)
    return refusal("the token comes from another issuer");
  std::vector<std::string> audiences;
  add_texts(*claims, "aud", audiences);
  if (!rules_.audience.empty()
      && std::find(audiences.begin(), audiences.end(), rules_.audience) == audiences.end())
    return refusal("the token is meant for another audience");
  if (!is_user_id(text_of(*claims, "sub")))
    return refusal("the token's sub is no user id");
  return principal_of(*claims, *expires_at);
}

std::string claimed_subject(std::string_view token) {
  const auto first = token.find('.');
  const auto second = token.find('.', first == token.npos ? first : first + 1);
  if (second == token.npos)
    return {};
  const auto claims = object_of(token.substr(first + 1, second - first - 1));
  return claims ? text_of(*claims, "sub") : std::string{};
}

std::string mint(const jwt_claims& claims, std::string_view secret) {
  json body{{"sub", claims.subject},
            {"iat", to_millis(claims.issued_at) / 1000},
            {"exp", to_millis(claims.expires_at) / 1000}};
  const auto add = [&body](const char* name, const auto& value) {
    if (!value.empty())
      body[name] = value;
  };
  std::string scopes;
  for (const auto& scope : claims.scopes)
    scopes += (scopes.empty() ? "" : " ") + scope;
  add("roles", claims.roles);
  add("store_ids", claims.stores);
  add("scope", scopes);
  add("locale", claims.locale);
  add("iss", claims.issuer);
  add("aud", claims.audience);
  const auto text =
    to_base64url(R"({"alg":"HS256","typ":"JWT"})") + "." + to_base64url(body.dump());
  return text + "." + to_base64url(hmac_sha256(secret, text));
}

}  // namespace carillon::http
