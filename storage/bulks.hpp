#pragma once

#include "protocol/query.hpp"
#include "protocol/unit.hpp"
#include "storage/work.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace carillon::storage {

/// Stores a bulk and the users who wait for their turn.
void begin_bulk(work& w, timestamp now, const batch_id& id, bulking& what);

/// Stores users who wait for their turn, in chunks; how many those are.
std::size_t put_chunks(work& w, const batch_id& id, const std::vector<std::string>& users);

/// Takes the chunk's users off those who wait; false where they are not among them any more. Who is
/// told by the inbox alone is counted. After the last chunk the bulk is looked at.
bool take_chunk(work& w, const bulk_chunk& what, timestamp now);

/// Marks the chunk's deliveries, once they are inserted, as the bulk's.
void mark_chunk(work& w, const bulk_chunk& what);

/// A backup that takes over belongs to the bulk of the delivery before it.
void follow_bulks(work& w, std::span<const delivery_ptr> made);

/// Nobody who waits for their turn gets one.
void drop_chunks(work& w, const batch_id& id);

/// Whether anybody waits for their turn, or any delivery is not final.
bool has_chunks(connection& db, const batch_id& id);
bool has_waiting(connection& db, const batch_id& id);

/// The users of the bulk all of whose deliveries are final: how many were reached, and how many
/// were not. `told` are those who have none.
/// Where the bulk tells an event, who has no user id is told apart by the address.
void count_users(connection& db, std::int64_t told, bool of_event, batch_record& of);

/// Who comes next, of the most urgent bulk; of equal ones in turns.
std::optional<bulk_slice> read_next_slice(connection& db);

/// Those whom nothing reached, by their ids; nothing where there is no such batch.
std::optional<bulk_failure_page> read_failures(connection& db, const list_bulk_failures& asked);

}  // namespace carillon::storage
