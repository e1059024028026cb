#pragma once

#include "protocol/connection.hpp"
#include "protocol/error.hpp"
#include "protocol/inbox_change.hpp"
#include "protocol/operation.hpp"
#include "protocol/time.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace carillon::codec {

/// Begins a stream. `seq` is where it resumes, else the head.
live_event hello_event(std::string_view session_id, std::string_view user_id, seconds heartbeat,
                       std::int64_t seq, std::int64_t unread);

/// The client's own mark is stored.
live_event read_ack_event(std::string_view notification_id, timestamp at);

/// Another device of the same user did this; a read-all names no ids but says `"all":true`.
live_event sync_event(const inbox_change& what);

live_event unread_count_event(std::int64_t unread);

/// `oldest_seq` is the oldest that can still be had.
live_event resume_failed_event(std::int64_t oldest_seq);

/// `user:online` or `user:offline`.
live_event user_event(std::string_view user_id, bool online);

/// How far a bulk of the user's is: what `GET` tells of it.
live_event bulk_progress_event(const batch_record& what, timestamp now);

/// The connection's token ends then.
live_event token_expiring_event(timestamp at);

/// More users came or went than is told singly; so many are online.
live_event presence_changed_event(std::int64_t online);

/// The last event of a stream that has no close frame: why it ends.
live_event close_event(close_code code, std::string_view reason);

/// A refusal: `code` is the name of its kind in lower case.
live_event error_event(const error& why);

}  // namespace carillon::codec
