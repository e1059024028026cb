#pragma once

#include "adapters/http/jwt.hpp"
#include "adapters/http/snapshot.hpp"

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

  friend bool operator==(const service_token&, const service_token&) = default;
};

/// Turns a bearer token into who asks. Safe from any thread.
class authenticator {
 public:
  /// Throws `std::invalid_argument` when the rules name a key that cannot be used. Without rules
  /// only service tokens are known.
  authenticator(std::optional<jwt_rules> rules, const std::vector<service_token>& services);
  ~authenticator();

  /// Who the token speaks for, or `unauthorized` with the reason. Service tokens are compared in
  /// constant time.
  result<principal_ptr> check(std::string_view token, timestamp now) const;

  /// From now on only these are known. Whoever was let in by what is not among them is withdrawn;
  /// true if there was such a key or token. Throws as the constructor does, and changes nothing
  /// then.
  bool replace(std::optional<jwt_rules> rules, const std::vector<service_token>& services);

 private:
  struct keys;

  snapshot<keys> keys_;
};

using authenticator_ptr = std::shared_ptr<const authenticator>;

}  // namespace carillon::http
