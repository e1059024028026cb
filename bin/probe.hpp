#pragma once

#include "protocol/channel.hpp"
#include "protocol/error.hpp"
#include "protocol/standing.hpp"
#include "protocol/time.hpp"
#include "protocol/transport.hpp"

namespace carillon {

/// Tests a channel's credentials and waits for the answer: it sends nobody anything. `not_found`
/// where its provider has no such test.
result<probe_report> probe_channel(const channel& what, transport& over, const wall_clock& clock);

}  // namespace carillon
