#pragma once

#include "protocol/actors.hpp"
#include "protocol/id.hpp"
#include "protocol/metrics.hpp"
#include "protocol/template_shelf.hpp"

#include <memory>

namespace carillon {

/// Starts the ingress actor. A posting that needs no stored facts is planned and given to
/// persistence at once; the others wait for one read that all who wait share. Who waits for the
/// first attempts of a mailing does so in `room`.
ingress_actor spawn_ingress(caf::actor_system& system, supervisor_actor supervisor,
                            persistence_actor persistence, queries_actor queries,
                            waiting_room_actor room, catalog_ptr initial, template_shelf_ptr words,
                            std::shared_ptr<uuid_source> ids, metrics& counts);

}  // namespace carillon
