#pragma once

#include "protocol/channel.hpp"

namespace carillon {

/// The same channel with every request marked as one whose address came through the API: it may
/// reach no private network that the operator did not allow.
channel_ptr guarded(channel_ptr what);

}  // namespace carillon
