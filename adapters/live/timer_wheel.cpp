#include "adapters/live/timer_wheel.hpp"

#include <algorithm>

namespace carillon::live {

void timer_wheel::arm(timer& what, milliseconds after) noexcept {
  what.unlink();
  // One tick more than the wait: the running tick is already partly over.
  const auto wait = std::max<std::int64_t>(0, (after + resolution - milliseconds{1}) / resolution);
  what.due_ = tick_ + static_cast<std::uint64_t>(wait) + 1;
  slots_[what.due_ % slot_count].push_back(what);
}

void timer_wheel::advance(steady_time now) {
  while (start_ + (tick_ + 1) * resolution <= now)
    turn();
}

void timer_wheel::turn() {
  ++tick_;
  auto& current = slots_[tick_ % slot_count];
  slot seen;  // what waits for a later round goes back behind those not looked at yet
  seen.splice(seen.end(), current);
  while (!seen.empty()) {
    auto& next = seen.front();
    seen.pop_front();
    if (next.due_ > tick_)
      current.push_back(next);
    else
      next.fire_(next.owner_);
  }
}

}  // namespace carillon::live
