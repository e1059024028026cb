#pragma once

#include "actors/presence.hpp"
#include "actors/presence_control.hpp"
#include "protocol/metrics.hpp"

#include <caf/fwd.hpp>

#include <cstdint>
#include <memory>

namespace carillon {

/// What all sessions of a life of presence share.
struct session_services {
  presence_control presence;
  persistence_actor persistence;
  queries_actor queries;
  wall_clock clock;
  metrics& counts;
  seconds heartbeat;
  bool presence_visible_to_all;
  presence_news news;
};

using session_services_ptr = std::shared_ptr<const session_services>;

/// Starts the session of the user in that slot of presence. It ends with its last connection;
/// ordered to end before that it closes them with 1012, and after an exception of its own with
/// 1011, telling presence.
session_actor spawn_session(caf::actor_system& system, session_services_ptr with,
                            std::uint32_t slot);

}  // namespace carillon
