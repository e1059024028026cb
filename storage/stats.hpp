#pragma once

#include "protocol/delivery_board.hpp"
#include "protocol/query.hpp"
#include "storage/connection.hpp"

namespace carillon::storage {

/// How much the user's inbox holds, all of one moment.
inbox_counts count_inbox(connection& db, const principal& who, timestamp now);

/// How many deliveries there are, channel by channel and state by state; what the board shows is
/// `delivering`.
delivery_counts count_deliveries(connection& db, const delivery_board* board);

}  // namespace carillon::storage
