#pragma once

#include "protocol/query.hpp"
#include "storage/connection.hpp"

#include <limits>
#include <map>
#include <optional>
#include <span>
#include <vector>

namespace carillon::storage {

/// One page of a user's inbox.
inbox_page read_inbox(connection& db, const list_inbox& asked);

/// Those of these ids that the user may see now: entitled, visible, not expired, not deleted.
std::map<notification_id, inbox_item> find_in_inbox(connection& db, const principal& who,
                                                    timestamp now,
                                                    std::span<const notification_id> ids);

/// How many the user has not read, up to that place in the order.
std::int64_t count_unread_of(connection& db, const principal& who, timestamp now,
                             std::int64_t upto = std::numeric_limits<std::int64_t>::max());

/// Those, newest first, at most so many.
std::vector<notification_id> list_unread_of(connection& db, const principal& who, timestamp now,
                                            std::int64_t upto, std::int64_t limit);

/// A page of (after, upto].
seq_page read_seq_range(connection& db, const read_range& asked);

/// Head and floor of the inbox's order.
inbox_state read_inbox_state(connection& db);

}  // namespace carillon::storage
