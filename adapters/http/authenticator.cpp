#include "adapters/http/authenticator.hpp"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <utility>

namespace carillon::http {

namespace {

/// Digests have one length, so comparing them tells nothing of a token's length either.
std::array<unsigned char, 32> digest_of(std::string_view text) {
  std::array<unsigned char, 32> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return digest;
}

principal_ptr principal_for(const service_token& service, credential_ptr voucher) {
  auto who = std::make_shared<principal>();
  who->subject = "service:" + service.name;
  const auto has = [&service](std::string_view scope) {
    return std::find(service.scopes.begin(), service.scopes.end(), scope) != service.scopes.end();
  };
  who->is_admin = has("admin");
  who->may_publish = who->is_admin || has("publish");
  who->voucher = std::move(voucher);
  return who;
}

}  // namespace

/// What is known at one time; each key and token with the voucher of those it let in.
struct authenticator::keys {
  struct known {
    service_token service{};
    std::array<unsigned char, 32> digest{};
    std::shared_ptr<credential> voucher{};
    principal_ptr who{};
  };

  keys(std::optional<jwt_rules> how, const std::vector<service_token>& tokens)
      : rules(std::move(how)) {
    if (rules)
      jwt.emplace(*rules);
    for (const auto& each : tokens) {
      auto voucher = std::make_shared<credential>();
      auto who = principal_for(each, voucher);
      services.push_back({each, digest_of(each.token), std::move(voucher), std::move(who)});
    }
  }

  /// What stays as it was goes on vouching for those it let in.
  void adopt(const keys& before) {
    if (rules == before.rules)
      voucher = before.voucher;
    for (auto& mine : services) {
      const auto same = std::ranges::find(before.services, mine.service, &known::service);
      if (same != before.services.end())
        mine = *same;
    }
  }

  bool vouches(const std::shared_ptr<credential>& by) const {
    return voucher == by || std::ranges::find(services, by, &known::voucher) != services.end();
  }

  std::optional<jwt_rules> rules;
  std::optional<jwt_verifier> jwt;
  std::shared_ptr<credential> voucher = std::make_shared<credential>();
  std::vector<known> services;
};

authenticator::authenticator(std::optional<jwt_rules> rules,
                             const std::vector<service_token>& services)
    : keys_(std::make_shared<const keys>(std::move(rules), services)) {}

authenticator::~authenticator() = default;

result<principal_ptr> authenticator::check(std::string_view token, timestamp now) const {
  const auto all = keys_.get();
  if (!all->services.empty()) {
    const auto digest = digest_of(token);
    principal_ptr found;
    for (const auto& each : all->services) {
      if (CRYPTO_memcmp(each.digest.data(), digest.data(), digest.size()) == 0)
        found = each.who;
    }
    if (found)
      return found;
  }
  if (!all->jwt)
    return error{errc::unauthorized, "the token is no known service token"};
  auto who = all->jwt->verify(token, now);
  if (!who)
    return who.error();
  who->voucher = all->voucher;
  return std::make_shared<const principal>(std::move(*who));
}

bool authenticator::replace(std::optional<jwt_rules> rules,
                            const std::vector<service_token>& services) {
  auto fresh = std::make_shared<keys>(std::move(rules), services);
  fresh->adopt(*keys_.get());
  const auto before = keys_.exchange(fresh);
  bool withdrawn = false;
  const auto settle = [&](const std::shared_ptr<credential>& voucher) {
    if (fresh->vouches(voucher))
      return;
    voucher->withdraw();
    withdrawn = true;
  };
  settle(before->voucher);
  for (const auto& each : before->services)
    settle(each.voucher);
  return withdrawn;
}

}  // namespace carillon::http
