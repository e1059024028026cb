#pragma once

#include "actors/directory.hpp"
#include "protocol/actors.hpp"
#include "protocol/metrics.hpp"
#include "protocol/store_health.hpp"
#include "storage/repository.hpp"

#include <caf/fwd.hpp>

#include <memory>

namespace carillon {

/// Starts the only writer on an opened store. It answers only after the commit and hands over in
/// commit order; without the store it answers `unavailable` after 5 s and looks for it each second;
/// once it is fenced it quits with an error. `detached` gives it a thread of its own, since it
/// blocks; tests spawn it attached. It reads `known` from its first message on, and that should be
/// a `survey_again`.
persistence_actor spawn_persistence(caf::actor_system& system, supervisor_actor supervisor,
                                    metrics& gauges, std::shared_ptr<const directory> known,
                                    std::unique_ptr<storage::repository> store, wall_clock clock,
                                    std::shared_ptr<store_health> health, bool detached = true);

}  // namespace carillon
