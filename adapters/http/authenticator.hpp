#pragma once

#include "adapters/http/jwt.hpp"

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carillon::http {

/// A fixed token of a program that calls the engine.
struct service_token {
  std::string name{};
  std::string token{};
  /// `publish`, `admin`.
  std::vector<std::string> scopes{};
};

/// Turns a bearer token into who asks. Immutable: a reload makes another one.
class authenticator {
 public:
  /// Throws `std::invalid_argument` when the rules name a key that cannot be used. Without rules
  /// only service tokens are known.
  authenticator(std::optional<jwt_rules> rules, const std::vector<service_token>& services);

  /// Who the token speaks for, or `unauthorized` with the reason. Service tokens are compared in
  /// constant time.
  result<principal_ptr> check(std::string_view token, timestamp now) const;

 private:
  struct known {
    std::array<unsigned char, 32> digest{};
    principal_ptr who{};
  };

  std::optional<jwt_verifier> jwt_;
  std::vector<known> services_;
};

using authenticator_ptr = std::shared_ptr<const authenticator>;

}  // namespace carillon::http
