#pragma once

#include "actors/resilient.hpp"
#include "protocol/actors.hpp"
#include "protocol/channel.hpp"
#include "protocol/id.hpp"
#include "protocol/metrics.hpp"
#include "protocol/time.hpp"
#include "protocol/transport.hpp"

#include <memory>
#include <optional>

namespace carillon {

/// Starts the sender of one enabled channel: it asks persistence for deliveries, sends them never
/// above the channel's rate or concurrency, urgent ones first, and reports what became of each
/// until that is committed. `last_use` is when the channel last used its rate, from storage. The
/// metrics outlive the actor.
sender_actor spawn_sender(caf::actor_system& system, supervisor_actor supervisor,
                          persistence_actor persistence, channel_settings settings,
                          channel_ptr channel, transport_ptr transport,
                          std::optional<timestamp> last_use, wall_clock clock,
                          std::shared_ptr<uuid_source> ids, metrics& counts);

}  // namespace carillon
