#include "actors/persistence.hpp"

#include "actors/persistence_state.hpp"

#include <caf/actor_system.hpp>
#include <caf/spawn_options.hpp>

#include <utility>

namespace carillon {

persistence_actor spawn_persistence(caf::actor_system& system, supervisor_actor supervisor,
                                    metrics& gauges, std::shared_ptr<const directory> known,
                                    std::unique_ptr<storage::repository> store, wall_clock clock,
                                    std::shared_ptr<store_health> health, bool detached) {
  using impl = resilient_actor<persistence_actor, persistence_state>;
  auto kept = std::make_shared<kept_by_persistence>();
  kept->store = std::move(store);
  kept->known = std::move(known);
  kept->clock = std::move(clock);
  kept->health = std::move(health);
  kept->gauges = &gauges;
  // The number has to differ from those of the node's earlier lives.
  kept->last_batch = to_millis(kept->clock()) << 20;
  const care by{std::move(supervisor), gauges};
  if (detached)
    return system.spawn<impl, caf::detached>(by, std::move(kept));
  return system.spawn<impl>(by, std::move(kept));
}

}  // namespace carillon
