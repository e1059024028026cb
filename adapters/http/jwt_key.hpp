#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace carillon::http {

/// One key and the one signature algorithm it stands for.
class jwt_key {
 public:
  virtual ~jwt_key() = default;

  /// As it stands in a token's `alg`.
  virtual std::string_view algorithm() const noexcept = 0;

  /// Whether `signature` (raw bytes) is this key's over `text`.
  virtual bool matches(std::string_view text, std::string_view signature) const = 0;
};

/// HS256.
std::unique_ptr<jwt_key> make_secret_key(std::string secret);

/// RS256 for an RSA key of at least 2048 bits, ES256 for a P-256 key; throws
/// `std::invalid_argument` for everything else.
std::unique_ptr<jwt_key> make_public_key(const std::string& pem);

/// HMAC-SHA256, 32 bytes.
std::string hmac_sha256(std::string_view secret, std::string_view text);

/// Without padding, as in RFC 7515.
std::string to_base64url(std::string_view bytes);

/// The reverse; nothing for padding, foreign characters or an impossible length.
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace carillon::http
