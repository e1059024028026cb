#pragma once

#include "protocol/error.hpp"

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace carillon {

/// A range of addresses, IPv4 as its v4-mapped IPv6 form.
struct address_range {
  std::array<std::uint8_t, 16> bytes{};
  int bits{128};

  bool contains(const std::array<std::uint8_t, 16>& address) const noexcept;
};

/// `10.0.0.0/8`, `fd00::/8`, or a single address; nothing for anything else.
std::optional<address_range> parse_range(std::string_view text);

/// Says which addresses a URL that came through the API may reach: none of loopback, link-local,
/// private, multicast, documentation or translated ranges (the IANA special-purpose registries),
/// unless the operator allowed them.
class address_guard {
 public:
  explicit address_guard(std::vector<address_range> allowed) : allowed_(std::move(allowed)) {}

  /// Whether this socket address may be connected to; false for any family but IPv4 and IPv6.
  bool allows(const sockaddr& address) const;

  /// Refuses what is wrong before any name is resolved: another scheme than http and https, a user
  /// name in it, a literal address that is not allowed.
  std::optional<std::string> objection(const std::string& url) const;

 private:
  bool allows(const std::array<std::uint8_t, 16>& address) const;

  std::vector<address_range> allowed_;
};

}  // namespace carillon
