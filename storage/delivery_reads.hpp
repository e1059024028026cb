#pragma once

#include "protocol/query.hpp"
#include "storage/connection.hpp"

#include <optional>

namespace carillon::storage {

/// One page of the operator's list.
delivery_page read_deliveries(connection& db, const list_deliveries& asked);

/// A delivery with its attempts; nothing where there is none.
std::optional<delivery_story> read_story(connection& db, const delivery_id& id);

}  // namespace carillon::storage
