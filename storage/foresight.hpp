#pragma once

#include "protocol/unit.hpp"
#include "storage/connection.hpp"

#include <optional>

namespace carillon::storage {

/// Fills what storing the event now would come to, and takes what would not be told out of its
/// plan; of one whose key was used all is a duplicate. Answers why the event would be refused: its
/// key was used with another body. Reads in one transaction; nothing is stored.
std::optional<error> foresee_acceptance(connection& db, acceptance& what, timestamp now);

}  // namespace carillon::storage
