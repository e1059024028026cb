#pragma once

#include "protocol/unit.hpp"
#include "storage/connection.hpp"

namespace carillon::storage {

/// Fills what storing the event now would come to, and takes what would not be told out of its
/// plan. Reads in one transaction; nothing is stored.
void foresee_acceptance(connection& db, acceptance& what, timestamp now);

}  // namespace carillon::storage
