#pragma once

#include "protocol/id.hpp"
#include "protocol/time.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace carillon {

/// Whether a channel sends.
enum class channel_state : std::uint8_t {
  active,    ///< it sends
  paused,    ///< an operator holds it: what it has waits
  disabled,  ///< switched off in its configuration
  broken,    ///< the provider refused its credentials: what it has waits, or goes to its backup
  open,      ///< too many failures in a row: only probes go out
};

inline constexpr std::size_t channel_state_count = 5;

std::string_view to_string(channel_state x);
std::optional<channel_state> parse_channel_state(std::string_view text);

/// How a channel stands.
struct channel_standing {
  std::string channel{};
  channel_state state{channel_state::active};
  /// What the provider said, of one that is broken or open; without secrets.
  std::string why{};

  friend bool operator==(const channel_standing&, const channel_standing&) = default;
};

/// How many attempts on a channel have failed in a row, told after each failure and after the
/// first success (0) that follows a failure, a limit or a failover.
struct failing {
  std::string channel{};
  int in_a_row{0};
  std::string last_error{};
  /// No retry mends the last one, but an operator: a sign or a template that is not approved.
  bool for_operator{false};
};

/// A channel's provider wants nothing from it until then.
struct limited {
  std::string channel{};
  timestamp since{};
  timestamp until{};
  /// What the provider said, without secrets.
  std::string why{};
};

/// A delivery died on its channel and goes on as another one on its backup.
struct failed_over {
  std::string channel{};
  delivery_id dead{};
  std::string to{};
  delivery_id successor{};
  std::string why{};
};

/// What a test of a channel's credentials found.
struct probe_report {
  bool ok{false};
  /// For people, without secrets.
  std::string detail{};
};

}  // namespace carillon
