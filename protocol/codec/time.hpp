#pragma once

#include "protocol/time.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace carillon::codec {

/// Appends `2026-02-20T10:30:00.000Z`: RFC 3339 in UTC, always with milliseconds. Years outside
/// 0000 to 9999 cannot be written and become the nearest time that can.
void append_rfc3339(std::string& out, timestamp at);

/// The same as a text of its own.
std::string rfc3339(timestamp at);

/// Reads RFC 3339 with any offset; without one the time is UTC. Digits past the millisecond are
/// cut off. Nothing for a date alone, a day that does not exist or anything else.
std::optional<timestamp> parse_rfc3339(std::string_view text);

}  // namespace carillon::codec
