#include "adapters/http/authenticator.hpp"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>

namespace carillon::http {

namespace {

/// Digests have one length, so comparing them tells nothing of a token's length either.
std::array<unsigned char, 32> digest_of(std::string_view text) {
  std::array<unsigned char, 32> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return digest;
}

}  // namespace

authenticator::authenticator(std::optional<jwt_rules> rules,
                             const std::vector<service_token>& services) {
  if (rules)
    jwt_.emplace(std::move(*rules));
  for (const auto& service : services) {
    auto who = std::make_shared<principal>();
    who->subject = "service:" + service.name;
    const auto has = [&service](std::string_view scope) {
      return std::find(service.scopes.begin(), service.scopes.end(), scope) != service.scopes.end();
    };
    who->is_admin = has("admin");
    who->may_publish = who->is_admin || has("publish");
    services_.push_back({digest_of(service.token), std::move(who)});
  }
}

result<principal_ptr> authenticator::check(std::string_view token, timestamp now) const {
  if (!services_.empty()) {
    const auto digest = digest_of(token);
    principal_ptr found;
    for (const auto& service : services_) {
      if (CRYPTO_memcmp(service.digest.data(), digest.data(), digest.size()) == 0)
        found = service.who;
    }
    if (found)
      return found;
  }
  if (!jwt_)
    return error{errc::unauthorized, "the token is no known service token"};
  auto who = jwt_->verify(token, now);
  if (!who)
    return who.error();
  return std::make_shared<const principal>(std::move(*who));
}

}  // namespace carillon::http
