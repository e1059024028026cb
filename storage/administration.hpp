#pragma once

#include "protocol/unit.hpp"
#include "storage/work.hpp"

namespace carillon::storage {

/// Applies an operator's changes, in order; the unit is refused, and nothing changed, where one of
/// them drops what is not there.
void apply_administration(work& w, unit& x, const administration& what);

}  // namespace carillon::storage
