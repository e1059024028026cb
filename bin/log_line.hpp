#pragma once

#include <string>
#include <string_view>

namespace carillon {

/// One line of the JSON log, without its line feed. `time` is RFC 3339. Words at the end of the
/// message, as `channel=… delivery_id=… event_id=… trace_id=…` in this order, become members of
/// their own. Whatever is in the message, the line is one JSON text.
std::string json_log_line(std::string_view time, std::string_view level, std::string_view message);

/// A message as it stands in a line for people: what would end the line or move the cursor
/// (control characters, line and paragraph separators) is written as JSON escapes it, so that no
/// text of others can begin a line.
std::string text_log_message(std::string_view message);

}  // namespace carillon
