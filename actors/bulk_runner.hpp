#pragma once

#include "protocol/actors.hpp"
#include "protocol/metrics.hpp"

namespace carillon {

/// Whom the bulk runner works with.
struct bulk_surroundings {
  persistence_actor persistence{};
  queries_actor queries{};
  ingress_actor ingress{};
  presence_actor presence{};
  wall_clock clock{};
};

/// Starts the bulk runner. Of all bulks one slice at a time is on its way, so that what is posted
/// meanwhile waits for a hundred users at most, and bulks are never ahead of storage. What goes
/// wrong for a while is tried again when persistence tells anew that users wait; a bulk that cannot
/// go on is ended.
bulk_runner_actor spawn_bulk_runner(caf::actor_system& system, supervisor_actor supervisor,
                                    metrics& gauges, bulk_surroundings with);

}  // namespace carillon
