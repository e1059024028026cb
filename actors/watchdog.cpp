#include "actors/watchdog.hpp"

#include "actors/resilient.hpp"

#include <caf/actor_system.hpp>

#include <map>
#include <string>

namespace carillon {

namespace {

class watchdog_state {
 public:
  static constexpr const char* name = "watchdog";
  using self_type = resilient<watchdog_actor>;

  watchdog_state(self_type& self, metrics* gauges, const persistence_actor& persistence)
      : gauges_(*gauges) {
    if (self.life() > 0)
      self.send(persistence, survey_again{});
  }

  self_type::behavior_type behavior() {
    return {
      [this](const recount& x) {
        for (auto& [channel, count] : counts_)
          count = {};
        add(*x.counts);
        for (auto& [channel, count] : counts_)
          show(channel, count);
      },
      [this](const tallies_ptr& x) {
        add(*x);
        for (auto& change : *x)
          show(change.channel, counts_[change.channel]);
      },
      [](const channel_news&) {},
      [](tick) {},
    };
  }

 private:
  struct count {
    std::array<std::int64_t, lane_count> waiting{};
    std::int64_t dead{0};
  };

  void add(const std::vector<tally>& changes) {
    for (auto& change : changes) {
      auto& [waiting, dead] = counts_[change.channel];
      for (std::size_t lane = 0; lane < lane_count; ++lane)
        waiting[lane] += change.waiting[lane];
      dead += change.dead;
    }
  }

  void show(const std::string& channel, const count& x) {
    for (std::size_t lane = 0; lane < lane_count; ++lane)
      gauges_.queue_depth(channel, static_cast<priority>(lane), x.waiting[lane]);
    gauges_.dead_letters(channel, x.dead);
  }

  metrics& gauges_;
  std::map<std::string, count> counts_;
};

}  // namespace

watchdog_actor spawn_watchdog(caf::actor_system& system, supervisor_actor supervisor,
                              metrics& gauges, persistence_actor persistence) {
  return system.spawn<resilient_actor<watchdog_actor, watchdog_state>>(
    care{std::move(supervisor), gauges}, &gauges, std::move(persistence));
}

}  // namespace carillon
