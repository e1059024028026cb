#pragma once

#include "protocol/delivery.hpp"
#include "protocol/query.hpp"
#include "protocol/unit.hpp"

#include <string>

namespace carillon::codec {

/// Appends a delivery as operators see it. One without an id of its own (an inbox row of an event,
/// a duplicate that was never stored) has `"id":null`.
void append_delivery(std::string& out, const delivery& what);

/// A delivery with `attempt_log`.
std::string delivery_story_json(const delivery_story& story);

/// The answer to an event: `{"event_id","status","deliveries":[…]}`.
std::string accepted_json(const accepted& what);

}  // namespace carillon::codec
