#pragma once

#include "protocol/unit.hpp"
#include "storage/locks.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace carillon::storage {

/// What the store makes of one thing that an event means.
enum class verdict : std::uint8_t { as_planned, collected, duplicate, throttled };

/// Whether it is to be told, now or later.
bool is_told(const planned& one);

/// Whether it takes a lock: skipped and failed ones take none, since nothing is sent for them.
bool takes_lock(const acceptance& x, const planned& one);

/// Decides by the lock it wanted (null for none) and, where that allows it and the route bounds how
/// often, by whether there is a turn left. Storing an event and foretelling it ask here alike.
template <class HasTurn>
verdict judge(const planned& one, const lock* held, HasTurn has_turn) {
  if (held != nullptr && !held->won)
    return verdict::duplicate;
  if (one.waits_with)
    return verdict::collected;
  if (is_told(one) && one.at_most && !has_turn())
    return verdict::throttled;
  return verdict::as_planned;
}

/// How a thing shows among the deliveries of an event of that type: an inbox row has no delivery of
/// its own.
std::shared_ptr<delivery> shown_of(const planned& one, const std::string& type);

/// Shows it as skipped where the verdict is against it.
void apply(verdict decided, const planned& one, delivery& shown);

}  // namespace carillon::storage
