#include "protocol/rules/lanes.hpp"

namespace carillon::rules {

namespace {

constexpr auto urgent_lane = static_cast<std::size_t>(priority::urgent);

}  // namespace

std::optional<priority> lanes::next(const waiting& who) {
  const bool urgent = who[urgent_lane];
  if (urgent && urgent_ < urgent_in_a_row) {
    ++urgent_;
    return priority::urgent;
  }
  urgent_ = 0;
  if (auto lane = share(who))
    return lane;
  return urgent ? std::optional(priority::urgent) : std::nullopt;
}

// Each waiting lane's claim grows by its weight a turn; the largest claim goes and pays for all.
std::optional<priority> lanes::share(const waiting& who) {
  std::optional<std::size_t> best;
  int paid = 0;
  for (std::size_t lane = urgent_lane; lane-- > 0;) {
    if (!who[lane]) {
      claims_[lane] = 0;
      continue;
    }
    paid += weights[lane];
    claims_[lane] += weights[lane];
    if (!best || claims_[lane] > claims_[*best])
      best = lane;
  }
  if (!best)
    return std::nullopt;
  claims_[*best] -= paid;
  return static_cast<priority>(*best);
}

}  // namespace carillon::rules
