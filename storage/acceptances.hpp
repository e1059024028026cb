#pragma once

#include "protocol/unit.hpp"
#include "storage/creations.hpp"
#include "storage/locks.hpp"

#include <span>
#include <vector>

namespace carillon::storage {

/// An acceptance in work and where its locks begin.
struct accepting {
  acceptance* what;
  timestamp now;
  std::size_t first_lock;
};

/// Appends a lock for each thing the event means that is to be sent, where the event has an entity.
void want_locks(const acceptance& x, timestamp now, milliseconds retention,
                std::vector<lock>& wanted);

/// Fills what came of an event's parts, whose locks are decided, without asking whether the event
/// is a duplicate.
void harvest_plan(work& w, acceptance& x, timestamp now, std::span<const lock> mine, harvest& into);

/// Fills what is done, once the locks are decided. An event of which everything was locked is a
/// duplicate of the first one and stores nothing; of another the locked deliveries are skipped.
/// A route's bound on how often is decided here as well; what goes beyond it is skipped too. Where
/// people are left to a bulk, that is begun.
void harvest_acceptance(work& w, const accepting& unit, std::span<const lock> locks, harvest& into);

}  // namespace carillon::storage
