#pragma once

#include "protocol/notification.hpp"

#include <optional>
#include <string_view>

namespace carillon::codec {

/// How grave something is in one word, as the seeds' producers write it in place of a priority.
struct level {
  carillon::priority priority{carillon::priority::normal};
  notification_type type{notification_type::info};
};

/// A notification's type in letters of any case; the seeds' `SYSTEM` is `info`.
std::optional<notification_type> parse_type(std::string_view text);

/// Such a word in letters of any case (`info`, `WARNING`, `critical`), or one of our priorities.
std::optional<level> parse_level(std::string_view text);

}  // namespace carillon::codec
