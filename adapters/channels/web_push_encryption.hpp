#pragma once

#include "adapters/channels/key_pair.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace carillon::channels::web_push {

/// The longest text that fits in the one record of 4096 bytes which push services take.
inline constexpr std::size_t plaintext_max = 3993;

/// What a browser gives its page: where to push to and what to encrypt with.
struct subscription {
  std::string endpoint{};
  /// The browser's public point, 65 bytes.
  std::string p256dh{};
  /// Its secret, 16 bytes.
  std::string auth{};
};

/// Reads `{"endpoint", "keys": {"p256dh", "auth"}}`; nothing for anything else.
std::optional<subscription> parse_subscription(std::string_view text);

/// The body of a push (RFC 8291 over RFC 8188, aes128gcm): `plaintext` for this browser alone, with
/// the key made for this message and 16 random bytes. Nothing where the browser's key is no point
/// of the curve.
std::optional<std::string> encrypted(std::string_view plaintext, const subscription& to,
                                     const key_pair& ephemeral, std::string_view salt);

}  // namespace carillon::channels::web_push
