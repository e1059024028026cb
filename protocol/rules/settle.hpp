#pragma once

#include "protocol/channel.hpp"
#include "protocol/delivery.hpp"
#include "protocol/time.hpp"

#include <cstdint>
#include <optional>

namespace carillon::rules {

/// An attempt that has ended, as its sender saw it.
struct finished {
  timestamp started_at{};
  milliseconds duration{0};
  outcome how{};
};

/// What deciding needs besides the delivery: the time, a chance for jitter and an id that nobody
/// has, for a successor.
struct circumstances {
  timestamp now{};
  std::uint64_t random{0};
  delivery_id fresh{};
};

/// What follows from an attempt: the delivery in its new state, the attempt for the log, and the
/// next step of the failover chain when this one died.
struct transition {
  carillon::delivery delivery{};
  carillon::attempt attempt{};
  std::optional<carillon::delivery> successor{};
};

/// What the answer says of the address that the delivery went to, for whoever stores it: nothing,
/// where there was none. What was stored while the attempt was under way is not meant.
std::optional<address_change> change_of_address(const delivery& what, const finished& attempt);

/// Delivered; or retrying after the policy's wait or the provider's, whichever is longer; or dead:
/// at once for what no retry can heal, when the budget is spent, or when its time would be over
/// before the next attempt. Being rate limited uses up no attempt.
transition settle(const delivery& what, const finished& attempt, const retry_policy& policy,
                  const circumstances& at);

/// Dead without an attempt: its time is over, or its channel cannot send. Attempt number 0 stands
/// for none.
transition give_up(const delivery& what, error_class why, std::string_view reason,
                   const circumstances& at);

/// No attempt: it waits in storage, as it stood, until then.
transition postpone(const delivery& what, timestamp until);

}  // namespace carillon::rules
