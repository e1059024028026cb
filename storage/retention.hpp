#pragma once

#include "storage/work.hpp"

namespace carillon::storage {

/// Prunes at most `limit` rows of each kind that are older than so many days (locks and idempotency
/// keys: whose own time is over), and reports when to look again.
void prune(work& w, timestamp now, int days, int limit);

}  // namespace carillon::storage
