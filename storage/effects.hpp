#pragma once

#include "storage/repository.hpp"

#include <string>

namespace carillon::storage {

/// Keeps the earlier of this and what is there for the key.
void arm_at(effects& out, timer_kind kind, timestamp at, const std::string& channel = {});

/// The channel's change of counts.
tally& tally_of(effects& out, const std::string& channel);

/// Adds to the number waiting in that lane.
void count_waiting(effects& out, const std::string& channel, priority lane, std::int64_t change);

}  // namespace carillon::storage
