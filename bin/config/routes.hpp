#pragma once

#include "bin/config/section.hpp"
#include "protocol/route.hpp"

#include <vector>

namespace carillon::configuration {

/// Reads `[[routes]]`, in order.
std::vector<route> read_routes(const node& from, std::vector<fault>& faults);

}  // namespace carillon::configuration
