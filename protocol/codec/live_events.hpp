#pragma once

#include "protocol/actors.hpp"
#include "protocol/error.hpp"
#include "protocol/time.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace carillon::codec {

/// Each of these is the JSON text of one `{"event","data"}` message to a live client.

std::string hello_event(std::string_view session_id, std::string_view user_id, seconds heartbeat,
                        std::int64_t seq, std::int64_t unread);

/// The client's own mark is stored.
std::string read_ack_event(std::string_view notification_id, timestamp at);

/// Another device of the same user did this; a read-all names no ids but says `"all":true`.
std::string sync_event(const inbox_change& what);

std::string unread_count_event(std::int64_t unread);

/// `oldest_seq` is the oldest that can still be had.
std::string resume_failed_event(std::int64_t oldest_seq);

/// `user:online` or `user:offline`.
std::string user_event(std::string_view user_id, bool online);

/// The connection's token ends then.
std::string token_expiring_event(timestamp at);

/// More users came or went than is told singly; so many are online.
std::string presence_changed_event(std::int64_t online);

/// A refusal: `code` is the name of its kind in lower case.
std::string error_event(const error& why);

}  // namespace carillon::codec
