#pragma once

#include "protocol/error.hpp"
#include "protocol/principal.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carillon::http {

class jwt_key;

/// What a JSON Web Token must satisfy. The algorithm follows from the key and from nothing else:
/// a secret means HS256, an RSA key RS256, a P-256 key ES256. What a token's header claims is only
/// compared with it.
struct jwt_rules {
  std::string secret{};
  /// PEM of a public key; wins over `secret`.
  std::string public_key{};
  /// Checked where not empty.
  std::string issuer{};
  std::string audience{};
  /// How far ahead of ours the issuer's clock may run (`nbf`). `exp` is exact.
  seconds leeway{5};

  friend bool operator==(const jwt_rules&, const jwt_rules&) = default;
};

/// Checks tokens against one key. Immutable, so safe from any thread.
class jwt_verifier {
 public:
  /// Throws `std::invalid_argument` when the key is none that can be used.
  explicit jwt_verifier(jwt_rules rules);
  ~jwt_verifier();

  /// Who the token speaks for, or `unauthorized` with the reason.
  result<principal> verify(std::string_view token, timestamp now) const;

 private:
  jwt_rules rules_;
  std::unique_ptr<jwt_key> key_;
};

/// Whether a token may bear it as `sub`: 1 to 128 bytes without control characters.
bool is_user_id(std::string_view text);

/// Whose token it says it is, unchecked; empty where it says nothing of the kind.
std::string claimed_subject(std::string_view token);

/// What `mint` writes into a token; empty members are left out.
struct jwt_claims {
  std::string subject{};
  std::vector<std::string> roles{};
  std::vector<std::string> stores{};
  /// `publish`, `admin`.
  std::vector<std::string> scopes{};
  std::string locale{};
  std::string issuer{};
  std::string audience{};
  timestamp issued_at{};
  timestamp expires_at{};
};

/// A token signed with HS256.
std::string mint(const jwt_claims& claims, std::string_view secret);

}  // namespace carillon::http
