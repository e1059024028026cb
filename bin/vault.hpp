#pragma once

#include "protocol/error.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace carillon {

/// Encrypts secrets for the database with AES-256-GCM (NIST SP 800-38D) under `auth.master_key`,
/// each with a nonce of its own and bound to its place, so that none can be moved to another.
class vault {
 public:
  using key = std::array<std::uint8_t, 32>;

  explicit vault(const key& master) : key_(master) {}
  ~vault();
  vault(const vault&) = default;
  vault& operator=(const vault&) = default;

  /// The text to keep for a secret that belongs at `place`. Throws where the system gives no random
  /// bytes.
  std::string seal(std::string_view secret, std::string_view place) const;

  /// The secret again; nothing where the text, the place or the key is another one.
  std::optional<std::string> open(std::string_view sealed, std::string_view place) const;

 private:
  key key_;
};

/// 32 bytes in base64; nothing for any other text.
std::optional<vault::key> parse_master_key(std::string_view text);

}  // namespace carillon
