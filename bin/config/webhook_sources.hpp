#pragma once

#include "adapters/sources/webhook.hpp"
#include "bin/config/tree.hpp"
#include "protocol/error.hpp"

#include <vector>

namespace carillon::configuration {

/// Reads `[sources.NAME]`.
carillon::sources::webhooks read_sources(const node& from, std::vector<fault>& faults);

}  // namespace carillon::configuration
