#pragma once

#include "protocol/notification.hpp"

#include <array>
#include <optional>

namespace carillon::rules {

/// Which lane goes next. Urgent overtakes everything; but after 15 urgent ones in a row, while
/// others wait, one of those goes. The others share their turns 8 : 4 : 1 (high, normal, low)
/// among the lanes where something waits, evenly interleaved; so low has one turn in 13 at least
/// under a flood of high and normal, and one in 208 under a flood of all three.
class lanes {
 public:
  /// By `static_cast<std::size_t>(priority)`: whether something waits there.
  using waiting = std::array<bool, lane_count>;

  /// The lane whose turn it is; nothing when nobody waits. The turn counts as used.
  std::optional<priority> next(const waiting& who);

  static constexpr int urgent_in_a_row = 15;
  static constexpr std::array<int, lane_count> weights{1, 4, 8, 0};

 private:
  std::optional<priority> share(const waiting& who);

  int urgent_ = 0;
  std::array<int, lane_count> claims_{};
};

}  // namespace carillon::rules
