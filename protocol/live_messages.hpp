#pragma once

// What presence, sessions and connections tell each other.

#include "protocol/answer.hpp"
#include "protocol/inbox_change.hpp"
#include "protocol/live_event.hpp"
#include "protocol/notification.hpp"
#include "protocol/preferences.hpp"
#include "protocol/query.hpp"
#include "protocol/time.hpp"
#include "protocol/unit.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace carillon {

class connection;
using connection_ptr = std::shared_ptr<connection>;

/// Notifications that became visible in one commit, in `seq` order.
struct released {
  std::vector<notification_ptr> notifications{};
  steady_time committed{};
};
using released_ptr = std::shared_ptr<const released>;

/// A connection enters; pushes up to `head` were before it, all after it will follow.
struct attach {
  connection_ptr connection{};
  std::int64_t head{0};
};

/// A connection is gone.
struct detach {
  connection_ptr connection{};
};

/// Live pushes have room again.
struct room {};

/// A hole in `seq` may be there, or a change that was not told: persistence restarted. Read on from
/// storage.
struct reread {};

/// Every connection is closed with this code, and none enters any more.
struct close_all {
  std::uint16_t code{1001};
  std::shared_ptr<answer<bool>> reply{};
};

/// Who is online on this node.
struct online_user {
  std::string user_id{};
  std::uint32_t devices{0};
  timestamp since{};
};
struct list_online {
  std::shared_ptr<answer<std::vector<online_user>>> reply{};
};

/// What a client may ask over its socket.
enum class command_kind : std::uint8_t { read, read_all, subscribe, unsubscribe };

/// A client's message, decoded; its connection reads no other until `resume`.
struct client_command {
  connection_ptr from{};
  command_kind kind{command_kind::read};
  /// The text of the id for `read`; the topic for `subscribe`.
  std::string argument{};
};
using client_command_ptr = std::shared_ptr<const client_command>;

/// A connection has fewer than 50 frames and 256 KiB queued.
struct drained {
  std::uint64_t connection{0};
};

/// How the mark a client asked for went.
struct marking_answer {
  client_command_ptr asked{};
  result<marked> done{marked{}};
};

/// What storage answered to a question a session asked for one of its connections, or for the user
/// (connection 0).
struct storage_answer {
  std::uint64_t connection{0};
  std::variant<result<inbox_state>, result<std::int64_t>, result<seq_page>, marking_answer,
               result<std::vector<preferences_version>>>
    what;
};
using storage_answer_ptr = std::shared_ptr<const storage_answer>;

/// What one user is told on all of their connections that know events; nobody keeps it.
struct personal_event {
  std::string user_id{};
  live_event what{};
};
using personal_event_ptr = std::shared_ptr<const personal_event>;

/// What presence or storage tells a session.
struct session_note {
  /// One of: a connection to take, one to drop, a change of the inbox or of preferences, an event
  /// of the user's, changes that nobody told, room in a connection's queue, an answer of storage.
  std::variant<attach, detach, inbox_change_ptr, preferences_change_ptr, personal_event_ptr, reread,
               drained, storage_answer_ptr>
    what{};
};

}  // namespace carillon
