#pragma once

#include "protocol/collection.hpp"
#include "protocol/unit.hpp"
#include "storage/creations.hpp"
#include "storage/digest.hpp"
#include "storage/work.hpp"

#include <optional>
#include <string>
#include <vector>

namespace carillon::storage {

/// The owner of deliveries that wait for their digest: no node bears such a name, so that no sender
/// gets them and nobody frees them.
extern const std::string collector;

/// Adds an event to the digest that is open for it, or begins one: true then, and `shown`, the
/// delivery that waits, is to be inserted. Otherwise `shown` becomes the one that waits already.
/// `lock` is what was taken for the event.
bool collect(work& w, const collectable& into, const event_id& what,
             const std::optional<digest>& lock, timestamp now, delivery& shown);

/// Takes a digest off those that wait for their message and writes that, or why there is none: the
/// locks of its events are given back then, as nothing was told. Not `done` where the digest is not
/// among them any more.
void harvest_collection(work& w, collection_end& what, timestamp now, harvest& into);

/// A digest whose delivery is cancelled collects no more; one that is hurried is over now.
void drop_collection(work& w, const delivery_id& id);
void hurry_collection(work& w, const delivery_id& id, timestamp now);

/// Ends at most `limit` digests whose time is over, tells whether any wait for their message, and
/// reports when to look again.
void end_collections(work& w, timestamp now, int limit);

/// Those that wait for their message, the longest first.
std::vector<collection> read_collections(connection& db, int limit);

/// The digests that an event is in, by the ids of their deliveries.
std::vector<delivery_id> digests_of(connection& db, const event_id& id);

/// When the first digest is over.
std::optional<timestamp> next_digest(connection& db);

}  // namespace carillon::storage
