#pragma once

#include "protocol/unit.hpp"
#include "storage/work.hpp"

#include <span>

namespace carillon::storage {

/// Applies the units of a batch in their order and fills what became of each. What they mean is
/// written together, kind by kind; the numbers of `seq` are taken last but for the inserts of
/// notifications, so that other nodes wait for them as shortly as can be.
void apply_batch(work& w, std::span<const unit_ptr> units, milliseconds retention,
                 uuid_source& ids);

}  // namespace carillon::storage
