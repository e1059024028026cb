#include "actors/presence.hpp"

#include "actors/presence_state.hpp"

#include <caf/actor_system.hpp>

#include <utility>

namespace carillon {

presence_actor spawn_presence(caf::actor_system& system, supervisor_actor supervisor,
                              persistence_actor persistence, queries_actor queries,
                              wall_clock clock, metrics& counts, presence_options how) {
  counts.began("session");
  auto world = std::make_shared<presence_world>(presence_world{
    std::move(persistence), std::move(queries), std::move(clock), counts, std::move(how)});
  return system.spawn<resilient_actor<presence_control, presence_state>>(
    care{std::move(supervisor), counts}, std::move(world));
}

}  // namespace carillon
