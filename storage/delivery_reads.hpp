#pragma once

#include "protocol/deliveries_in_flight.hpp"
#include "protocol/query.hpp"
#include "storage/connection.hpp"

#include <optional>

namespace carillon::storage {

/// One page of the operator's list. What is in flight is `delivering`.
delivery_page read_deliveries(connection& db, const list_deliveries& asked,
                              const deliveries_in_flight* in_flight);

/// A delivery with its attempts; nothing where there is none.
std::optional<delivery_story> read_story(connection& db, const delivery_id& id,
                                         const deliveries_in_flight* in_flight);

}  // namespace carillon::storage
