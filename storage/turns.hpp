#pragma once

#include "protocol/unit.hpp"
#include "storage/work.hpp"

namespace carillon::storage {

/// Whether the route's bound on how often leaves room for one more; it has to have one.
bool has_turn(connection& db, const planned& one, timestamp now);

/// The same, and takes it.
bool take_turn(work& w, const planned& one, timestamp now);

}  // namespace carillon::storage
