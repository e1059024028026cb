#pragma once

#include "protocol/actors.hpp"
#include "protocol/metrics.hpp"
#include "protocol/time.hpp"

#include <caf/fwd.hpp>

namespace carillon {

/// Starts the one clock of what waits in storage: it keeps the earliest time of each key and sends
/// `persistence` its `due`. A key is forgotten once it was sent; what follows is armed anew. It
/// knows nothing until `persistence` is told `survey_again`, which it asks for itself when it had
/// to start again.
retry_scheduler_actor spawn_retry_scheduler(caf::actor_system& system, supervisor_actor supervisor,
                                            metrics& gauges, persistence_actor persistence,
                                            wall_clock clock);

}  // namespace carillon
