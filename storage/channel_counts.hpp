#pragma once

#include "storage/connection.hpp"
#include "storage/effects.hpp"
#include "storage/work.hpp"

namespace carillon::storage {

/// Adds the tallies of a part of a transaction to the counts that are kept, so that no start has
/// to count what waits.
void keep_counts(work& w);

/// What waits and is dead on each channel, as `tallies`, in the order of the channels' names.
void read_counts(connection& db, effects& out);

}  // namespace carillon::storage
