#pragma once

#include "storage/connection.hpp"
#include "storage/effects.hpp"

#include <optional>
#include <string>

namespace carillon::storage {

/// What waits and is dead on each channel, and the earliest time of each timer.
effects survey_store(connection& db, timestamp now);

/// The later of the channel's last attempt and the last time a dead owner's claim was freed.
std::optional<timestamp> last_use_of(connection& db, const std::string& channel);

}  // namespace carillon::storage
