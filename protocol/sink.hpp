#pragma once

#include "protocol/time.hpp"

#include <string>
#include <string_view>

namespace carillon {

/// Channels of sinks are named so; no channel that an operator configures can be.
inline constexpr std::string_view sink_prefix = "sink:";

/// Who hears how deliveries end: each end is a delivery of its own, on the sink's own channel.
struct sink {
  /// `sink:` and its name.
  std::string channel{};
  /// Hears of what was delivered, as `notification.sent`.
  bool sent{true};
  /// Hears of what died, as `notification.dead`.
  bool dead{true};
  int max_attempts{5};
  /// Undelivered for so long, it is dead.
  milliseconds max_age{std::chrono::hours{24}};

  friend bool operator==(const sink&, const sink&) = default;
};

}  // namespace carillon
