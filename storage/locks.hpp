#pragma once

#include "protocol/id.hpp"
#include "protocol/time.hpp"
#include "storage/digest.hpp"
#include "storage/work.hpp"

#include <optional>
#include <span>
#include <string>

namespace carillon::storage {

/// A wish to be the first to do something, and what became of it.
struct lock {
  digest key{};
  /// What the lock is taken for; where it is held already, what it was taken for first.
  std::optional<event_id> event{};
  std::optional<notification_id> notification{};
  /// What the notification says, where no row of the inbox does; empty for nothing.
  std::string said{};
  timestamp now{};
  timestamp until{};
  bool won{false};
};

/// Takes those that nobody holds or whose time is over; of several with one key the first.
void take_locks(work& w, std::span<lock> wanted);

/// What `take_locks` would come to for them, each of a key of its own.
void foresee_locks(connection& db, std::span<lock> wanted);

}  // namespace carillon::storage
