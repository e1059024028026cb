#pragma once

#include <string>
#include <string_view>

namespace carillon {

/// Sends the process's log to standard error, as lines for people or one JSON object a line. In
/// JSON, words such as `trace_id=…` at the end of a message become members of their own.
void start_log(const std::string& level, const std::string& format);

void set_log_level(const std::string& level);

/// Writes what the `log` channel delivers: `line` is a JSON object.
void log_delivery(std::string_view line);

/// One line of the JSON log, without its line feed. `time` is RFC 3339.
std::string json_log_line(std::string_view time, std::string_view level, std::string_view message);

}  // namespace carillon
