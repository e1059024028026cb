#pragma once

#include "protocol/actors.hpp"
#include "protocol/metrics.hpp"

#include <caf/fwd.hpp>

namespace carillon {

/// Starts the counts per channel: what waits in each lane, and what is dead.
watchdog_actor spawn_watchdog(caf::actor_system& system, supervisor_actor supervisor,
                              metrics& gauges);

}  // namespace carillon
