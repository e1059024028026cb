#pragma once

#include "protocol/actors.hpp"
#include "protocol/metrics.hpp"

#include <caf/fwd.hpp>

#include <cstddef>

namespace carillon {

/// Producers that wait at once; another one is answered with what its commit tells.
inline constexpr std::size_t waiting_producers = 1000;

/// Starts the waiting room. Where a request is idempotent, its final answer is stored through
/// persistence before it is given.
waiting_room_actor spawn_waiting_room(caf::actor_system& system, supervisor_actor supervisor,
                                      metrics& gauges, persistence_actor persistence,
                                      wall_clock clock, std::size_t places = waiting_producers);

}  // namespace carillon
