#pragma once

#include "storage/connection.hpp"
#include "storage/effects.hpp"

namespace carillon::storage {

/// What waits and is dead on each channel, and the earliest time of each timer.
effects survey_store(connection& db, timestamp now);

}  // namespace carillon::storage
