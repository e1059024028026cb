#pragma once

#include <string>
#include <string_view>

namespace carillon {

/// Sends the process's log to standard error, as lines for people or one JSON object a line
/// (log_line.hpp). No text in a message makes it more than a line.
void start_log(const std::string& level, const std::string& format);

void set_log_level(const std::string& level);

/// Writes what the `log` channel delivers: `line` is a JSON object.
void log_delivery(std::string_view line);

}  // namespace carillon
