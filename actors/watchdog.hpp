#pragma once

#include "protocol/actors.hpp"
#include "protocol/metrics.hpp"
#include "protocol/route.hpp"
#include "protocol/rules/alerts.hpp"
#include "protocol/time.hpp"

#include <caf/fwd.hpp>

#include <optional>

namespace carillon {

/// What the watchdog tells its operator, and how.
struct watchdog_setup {
  rules::alert_bounds bounds{};
  /// The way of an alert: one channel. Without one, alerts are logged and counted.
  std::optional<route> path{};
  ingress_actor ingress{};
  wall_clock clock{};
};

/// Starts the counts per channel, what waits in each lane and what is dead, and the alerts. Of
/// counts it knows nothing until `persistence` is told `survey_again`, which it asks for itself
/// when it had to start again; what was alerted outlives that. An alert is logged, counted and
/// posted as an event `carillon.alert`, but one about the channel alerts go to is not posted.
watchdog_actor spawn_watchdog(caf::actor_system& system, supervisor_actor supervisor,
                              metrics& gauges, persistence_actor persistence, watchdog_setup setup);

}  // namespace carillon
