#pragma once

#include "protocol/event.hpp"
#include "storage/work.hpp"

#include <span>

namespace carillon::storage {

/// Stores events as they were posted.
void insert_events(work& w, std::span<const event* const> events);

}  // namespace carillon::storage
