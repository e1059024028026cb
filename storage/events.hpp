#pragma once

#include "protocol/event.hpp"
#include "protocol/query.hpp"
#include "storage/work.hpp"

#include <optional>
#include <span>

namespace carillon::storage {

/// Stores events as they were posted.
void insert_events(work& w, std::span<const event* const> events);

/// An event with all that came of it; nothing where there is no such event.
std::optional<event_story> read_event_story(connection& db, const event_id& id);

}  // namespace carillon::storage
