#pragma once

#include "protocol/error.hpp"

#include <openssl/types.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace carillon::channels {

/// RFC 4648 base64url without padding.
std::string base64url(std::string_view bytes);

/// The reverse, with or without padding; nothing for anything else.
std::optional<std::string> from_base64url(std::string_view text);

/// The DER of an ECDSA signature over P-256 as JWS wants it: r and s, 32 bytes each. Empty for
/// anything else.
std::string raw_signature(std::string_view der);

/// A private key, RSA or P-256, that signs tokens and agrees on secrets. Copies share it.
class key_pair {
 public:
  /// Reads a PEM private key without a password; `invalid` for anything but RSA and P-256.
  static result<key_pair> from_pem(std::string_view pem);

  /// The P-256 key of this private number of 32 bytes, big end first.
  static result<key_pair> from_number(std::string_view bytes);

  /// A new P-256 key, from OpenSSL's own randomness.
  static key_pair generate();

  bool is_p256() const;

  /// The public point of a P-256 key, uncompressed: 65 bytes.
  std::string public_point() const;

  /// ECDH of a P-256 key with another's public point, 32 bytes; nothing where that is no point.
  std::optional<std::string> shared_secret(std::string_view point) const;

  /// A JWT in compact form, signed with ES256 or RS256 as the key is. Header and claims are JSON as
  /// they are to be signed.
  std::string jwt(std::string_view header, std::string_view claims) const;

 private:
  explicit key_pair(EVP_PKEY* key);

  std::string signature(std::string_view text) const;

  std::shared_ptr<EVP_PKEY> key_;
};

}  // namespace carillon::channels
