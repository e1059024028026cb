#pragma once

#include "protocol/deliveries_in_flight.hpp"
#include "protocol/query.hpp"
#include "storage/connection.hpp"

namespace carillon::storage {

/// How much the user's inbox holds, all of one moment.
inbox_counts count_inbox(connection& db, const principal& who, timestamp now);

/// How many deliveries there are, channel by channel and state by state; what is in flight is
/// `delivering`.
delivery_counts count_deliveries(connection& db, const deliveries_in_flight* in_flight);

}  // namespace carillon::storage
