#pragma once

#include "protocol/notification.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace carillon {

/// What a commit changed on a channel, for the gauges.
struct tally {
  std::string channel{};
  /// Change of the number waiting, lane by lane.
  std::array<std::int64_t, lane_count> waiting{};
  std::int64_t dead{0};
};
using tallies_ptr = std::shared_ptr<const std::vector<tally>>;

}  // namespace carillon
