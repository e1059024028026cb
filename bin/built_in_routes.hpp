#pragma once

#include "protocol/route.hpp"

#include <vector>

namespace carillon {

/// Ready-made routes that tell administrators of what happens in a business. They are switched off,
/// and then mean nothing, until a route of the API bears their name.
const std::vector<route>& built_in_routes();

}  // namespace carillon
