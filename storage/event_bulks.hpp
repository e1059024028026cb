#pragma once

#include "protocol/unit.hpp"
#include "storage/creations.hpp"
#include "storage/work.hpp"

#include <optional>
#include <span>

namespace carillon::storage {

/// Stores the bulk that tells those whom the event's own commit leaves to it: the crowds among
/// `left`, which the locks let pass.
void begin_event_bulk(work& w, timestamp now, const acceptance& what,
                      std::span<const planned* const> left);

/// Takes the slice's people off those who wait; false where they are not among them any more. After
/// the last slice the bulk is looked at.
bool take_event_chunk(work& w, const bulk_chunk& what, timestamp now);

/// Marks what the slice has made, once it is inserted, as the bulk's, and counts the people for
/// whom there is nothing to mark: they were told before, or wait for a digest.
void mark_event_chunk(work& w, const bulk_chunk& what, std::span<const delivery_ptr> made);

/// The slice of an event's bulk that comes next, as the row says: the named ones first, where there
/// are any, then the groups' people behind `after`. Its event has no id where it is not kept.
void read_event_slice(connection& db, const event_id& about, const std::string& letter,
                      const std::string& named, const std::string& after, bulk_slice& to);

}  // namespace carillon::storage
