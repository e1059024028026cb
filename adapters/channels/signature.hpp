#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace carillon::channels {

/// HMAC-SHA256, 32 raw bytes.
std::string hmac_sha256(std::string_view key, std::string_view message);

/// SHA-256, 32 raw bytes.
std::string sha256(std::string_view message);

/// Two hexadecimal digits a byte, in lower case.
std::string hex(std::string_view bytes);

/// RFC 4648 base64 with padding.
std::string base64(std::string_view bytes);

/// The reverse; nothing for anything but padded base64 of the standard alphabet.
std::optional<std::string> from_base64(std::string_view text);

/// RFC 3986: everything but unreserved characters as %XX in upper case.
std::string percent_encode(std::string_view text);

}  // namespace carillon::channels
