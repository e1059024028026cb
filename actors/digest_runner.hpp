#pragma once

#include "protocol/actors.hpp"
#include "protocol/metrics.hpp"

namespace carillon {

/// Starts the digest runner. Digests that are over go to ingress, a page of them at a time. What
/// goes wrong for a while is tried again when persistence tells anew that some wait; one that fails
/// inside again and again is ended untold.
digest_runner_actor spawn_digest_runner(caf::actor_system& system, supervisor_actor supervisor,
                                        metrics& gauges, persistence_actor persistence,
                                        queries_actor queries, ingress_actor ingress,
                                        wall_clock clock);

}  // namespace carillon
