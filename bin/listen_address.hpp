#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace carillon {

/// Where to listen.
struct listen_address {
  /// An address or a name, without the brackets of IPv6.
  std::string host{};
  std::uint16_t port{0};
};

/// Reads `127.0.0.1:8000`, `[::1]:8000` or `:8000` (every address).
std::optional<listen_address> parse_listen_address(std::string_view text);

}  // namespace carillon
