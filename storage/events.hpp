#pragma once

#include "protocol/event.hpp"
#include "protocol/query.hpp"
#include "storage/work.hpp"

#include <optional>
#include <span>
#include <string>

namespace carillon::storage {

/// The columns of `notification_events e` in the order `read_event` takes them.
extern const std::string event_columns;
inline constexpr int event_column_count = 14;

event read_event(row& x);

/// Stores events as they were posted.
void insert_events(work& w, std::span<const event* const> events);

/// The event as it was posted; nothing where there is none.
std::optional<event> find_event(connection& db, const event_id& id);

/// An event with all that came of it; nothing where there is no such event.
std::optional<event_story> read_event_story(connection& db, const event_id& id,
                                            const deliveries_in_flight* in_flight);

}  // namespace carillon::storage
