#pragma once

#include "protocol/delivery_board.hpp"
#include "protocol/query.hpp"
#include "storage/connection.hpp"

#include <optional>

namespace carillon::storage {

/// One page of the operator's list. What the board shows is `delivering`; no board shows nothing.
delivery_page read_deliveries(connection& db, const list_deliveries& asked,
                              const delivery_board* board);

/// A delivery with its attempts; nothing where there is none.
std::optional<delivery_story> read_story(connection& db, const delivery_id& id,
                                         const delivery_board* board);

}  // namespace carillon::storage
