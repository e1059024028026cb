#pragma once

#include "protocol/actors.hpp"
#include "protocol/deliveries_in_flight.hpp"
#include "protocol/metrics.hpp"

#include <caf/fwd.hpp>

#include <cstddef>

namespace carillon {

/// Producers that wait at once; another one is answered with what its commit tells.
inline constexpr std::size_t waiting_producers = 1000;

/// Starts the waiting room. Where a request is idempotent, its final answer is stored through
/// persistence before it is given. What is in flight at the end of a wait is told as `delivering`.
waiting_room_actor spawn_waiting_room(caf::actor_system& system, supervisor_actor supervisor,
                                      metrics& gauges, persistence_actor persistence,
                                      wall_clock clock, deliveries_in_flight_ptr in_flight,
                                      std::size_t places = waiting_producers);

}  // namespace carillon
