#pragma once

#include "actors/watchdog.hpp"
#include "bin/config/config.hpp"

namespace carillon {

/// What the watchdog tells whom, as configured; the actors and the clock are left to be set.
watchdog_setup make_alerts(const config& how);

}  // namespace carillon
