#pragma once

#include "protocol/delivery.hpp"
#include "protocol/sink.hpp"
#include "protocol/time.hpp"

#include <optional>

namespace carillon::rules {

/// What a sink hears of a delivery that has ended: a delivery of type `notification.sent` or
/// `notification.dead` whose data are the ended one as operators see it, with its event's type and
/// its title. It belongs to no event itself, so that no story tells of its own telling. Nothing
/// where the sink does not ask for that end, or the ended one is itself a sink's.
std::optional<delivery> publish(const sink& to, const delivery& ended, timestamp now,
                                const delivery_id& fresh);

}  // namespace carillon::rules
