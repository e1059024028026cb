#pragma once

#include "protocol/query.hpp"
#include "protocol/unit.hpp"

#include <string>

namespace carillon::codec {

/// An event with all that came of it: the routes it fitted, its deliveries with every attempt, its
/// notifications with who read them. `pushed_at` is when a personal notification went to a live
/// connection of its user, null where they were away or their preferences kept it back.
std::string event_story_json(const event_story& story, timestamp now);

/// What would come of an event that was rehearsed: `{"notification"?,"deliveries":[{channel,
/// recipient,status,reason?}]}`.
std::string dry_run_json(const acceptance& what);

}  // namespace carillon::codec
