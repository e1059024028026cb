#pragma once

#include <string_view>

namespace carillon::rules {

/// Segments between dots, none empty; `*` and `**` stand alone in theirs; at most 128 bytes.
bool valid_pattern(std::string_view pattern);

/// Whether an event type fits: `*` is exactly one segment, `**` any number, none included.
bool matches(std::string_view pattern, std::string_view type);

}  // namespace carillon::rules
