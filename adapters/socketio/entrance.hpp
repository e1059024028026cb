#pragma once

#include "adapters/live/takeover.hpp"
#include "adapters/socketio/client.hpp"
#include "adapters/socketio/services.hpp"

#include <memory>
#include <string>

namespace carillon::socketio {

/// A client that wants to begin a session: what it says of itself, and its place until it is known.
struct newcomer {
  services_ptr with{};
  introduction from{};
  std::shared_ptr<void> stranger{};
};

/// Begins a session over polling; on the thread of the shard that will hold it.
void begin_polling(live::shard& on, newcomer who, poll_answer to);

/// Begins a session over the request's connection as a WebSocket. `greeting` is the answer that
/// makes it one.
live::takeover_ptr make_session(newcomer who, std::string greeting);

/// Takes the request's connection to the shard that holds the session, which may go on over it.
live::takeover_ptr make_upgrade(client_ptr of, std::string greeting);

}  // namespace carillon::socketio
