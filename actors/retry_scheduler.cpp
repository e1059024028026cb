#include "actors/retry_scheduler.hpp"

#include "actors/resilient.hpp"

#include <caf/actor_system.hpp>

#include <algorithm>
#include <map>
#include <optional>

namespace carillon {

namespace {

class retry_scheduler_state {
 public:
  static constexpr const char* name = "retry_scheduler";
  using self_type = resilient<retry_scheduler_actor>;

  /// A timer is never armed for longer, so that a wall clock that jumps is noticed.
  static constexpr milliseconds longest_wait = seconds{30};

  retry_scheduler_state(self_type& self, persistence_actor persistence, wall_clock clock)
      : self_(self), persistence_(std::move(persistence)), clock_(std::move(clock)) {
    if (self_.life() > 0)
      self_.send(persistence_, survey_again{});
  }

  self_type::behavior_type behavior() {
    return {
      [this](const arm& x) {
        auto [entry, added] = table_.try_emplace(x.key, x.at);
        entry->second = std::min(entry->second, x.at);
        if (!wakes_at_ || entry->second < *wakes_at_)
          sleep();
      },
      [this](tick x) {
        if (x.what == generation_)
          wake();
      },
    };
  }

 private:
  void wake() {
    const auto now = clock_();
    std::erase_if(table_, [&](auto& entry) {
      if (entry.second > now)
        return false;
      self_.send(persistence_, due{entry.first});
      return true;
    });
    sleep();
  }

  /// Arms the one timer for the earliest entry; the one before it is stale from now on.
  void sleep() {
    wakes_at_.reset();
    ++generation_;
    if (table_.empty())
      return;
    const auto now = clock_();
    const auto earliest =
      std::ranges::min_element(table_, {}, [](const auto& entry) { return entry.second; });
    wakes_at_ = std::clamp(earliest->second, now, now + longest_wait);
    self_.after(*wakes_at_ - now, generation_);
  }

  self_type& self_;
  persistence_actor persistence_;
  wall_clock clock_;
  std::map<timer_key, timestamp> table_;
  /// The wall time of the timer that counts.
  std::optional<timestamp> wakes_at_;
  std::uint32_t generation_ = 0;
};

}  // namespace

retry_scheduler_actor spawn_retry_scheduler(caf::actor_system& system, supervisor_actor supervisor,
                                            metrics& gauges, persistence_actor persistence,
                                            wall_clock clock) {
  return system.spawn<resilient_actor<retry_scheduler_actor, retry_scheduler_state>>(
    care{std::move(supervisor), gauges}, std::move(persistence), std::move(clock));
}

}  // namespace carillon
