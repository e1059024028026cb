#pragma once

#include "protocol/time.hpp"

#include <compare>
#include <cstdint>
#include <string>

namespace carillon {

/// What can come due. Channels' retries have one timer each; the others are one each.
enum class timer_kind : std::uint8_t { retry, release, expiry, retention, lease, batch, digest };

/// A kind, and the channel where it has one.
struct timer_key {
  timer_kind kind{timer_kind::retry};
  std::string channel{};

  friend auto operator<=>(const timer_key&, const timer_key&) = default;
};

/// Something of this kind is due then; only the earliest of a kind counts.
struct arm {
  timer_key key{};
  timestamp at{};
};

/// Its time has come: work one bounded slice and arm the next.
struct due {
  timer_key key{};
};

}  // namespace carillon
