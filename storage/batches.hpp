#pragma once

#include "protocol/unit.hpp"
#include "storage/work.hpp"

#include <optional>

namespace carillon::storage {

/// Stores a replay of the dead deliveries there are; the slices do the rest.
void begin_replay(work& w, timestamp now, const batch_id& id, replaying& what);

/// Stops a batch, or refuses the unit. What of it waits is cancelled, in slices where it is much:
/// it is over when nothing waits.
void stop_batch(work& w, unit& x, batch_stop& what);

/// Ends a bulk that cannot go on; one that is over stays as it is.
void fail_bulk(work& w, timestamp now, bulk_failing& what);

/// Works at most `limit` rows of every batch, ends those of which all is final, and reports when to
/// look again. Of bulks it tells only that users wait for their turn.
void work_batches(work& w, timestamp now, int limit);

/// How far it is; nothing where there is no such batch.
std::optional<batch_record> read_batch(connection& db, const batch_id& id);

/// Whether any batch is open.
bool has_open_batch(connection& db);

}  // namespace carillon::storage
