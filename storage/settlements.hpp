#pragma once

#include "protocol/unit.hpp"
#include "storage/work.hpp"

#include <span>

namespace carillon::storage {

/// Writes how attempts ended: the attempt, once by its number; the delivery's new state, where this
/// node owns it or nobody does; its successor; what sinks hear of it; and what became of its
/// address wherever that is stored. Told again, it changes nothing.
void settle_deliveries(work& w, std::span<const settlement* const> told, timestamp now,
                       uuid_source& ids);

}  // namespace carillon::storage
