#pragma once

#include "protocol/actors.hpp"
#include "protocol/channel.hpp"
#include "protocol/deliveries_in_flight.hpp"
#include "protocol/id.hpp"
#include "protocol/metrics.hpp"
#include "protocol/scope_history.hpp"
#include "protocol/standing.hpp"
#include "protocol/time.hpp"
#include "protocol/transport.hpp"

#include <caf/fwd.hpp>

#include <functional>
#include <memory>
#include <optional>

namespace carillon {

/// What a sender starts with.
struct sender_setup {
  channel_settings settings{};
  channel_ptr channel{};
  transport_ptr transport{};
  /// What storage knows of its sending before.
  channel_history history{};
  /// How it stood when the node stopped; only `paused` and `broken` last.
  channel_standing initial{};
  wall_clock clock{};
  std::shared_ptr<uuid_source> ids{};
  /// Asked what its scopes did before; they start afresh where it is empty.
  queries_actor queries{};
  /// Shows what is with the provider; none where empty.
  deliveries_in_flight_ptr in_flight{};
  /// Told of what happens on the channel; none where empty.
  watchdog_actor watchdog{};
  /// Told of every change of state, from the sender's thread; none where empty.
  std::function<void(const channel_standing&)> on_change{};
};

/// Starts the sender of one channel: it asks persistence for deliveries, sends them never above
/// the rates of the channel and of their scopes or its concurrency, urgent ones first, and reports
/// what became of each until that is committed. A channel that is disabled sends nothing until it
/// is configured anew. The metrics outlive the actor.
sender_actor spawn_sender(caf::actor_system& system, supervisor_actor supervisor,
                          persistence_actor persistence, sender_setup setup, metrics& counts);

}  // namespace carillon
