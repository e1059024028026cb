#pragma once

#include "protocol/actors.hpp"
#include "protocol/metrics.hpp"

#include <caf/fwd.hpp>

namespace carillon {

/// Starts the counts per channel: what waits in each lane, and what is dead. It knows nothing until
/// `persistence` is told `survey_again`, which it asks for itself when it had to start again.
watchdog_actor spawn_watchdog(caf::actor_system& system, supervisor_actor supervisor,
                              metrics& gauges, persistence_actor persistence);

}  // namespace carillon
