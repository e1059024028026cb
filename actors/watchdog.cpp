#include "actors/watchdog.hpp"

#include "actors/resilient.hpp"

#include <spdlog/spdlog.h>
#include <caf/actor_system.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace carillon {

namespace {

/// What outlives the watchdog's failures.
struct watchdog_post : watchdog_setup {
  explicit watchdog_post(watchdog_setup setup) : watchdog_setup(std::move(setup)), raised(bounds) {}

  rules::alerts raised;
};

class watchdog_state {
 public:
  static constexpr const char* name = "watchdog";
  using self_type = resilient<watchdog_actor>;

  watchdog_state(self_type& self, metrics* gauges, const persistence_actor& persistence,
                 std::shared_ptr<watchdog_post> post)
      : self_(self), gauges_(*gauges), post_(std::move(post)) {
    if (self_.life() == 0)
      return;
    self_.send(persistence, survey_again{});
    sleep();
  }

  self_type::behavior_type behavior() {
    return {
      [this](const recount& x) {
        for (auto& [channel, count] : counts_)
          count = {};
        add(*x.counts);
        for (auto& [channel, count] : counts_) {
          show(channel, count);
          tell(post_->raised.count_dead(channel, count.dead, post_->clock()));
        }
      },
      [this](const tallies_ptr& x) {
        add(*x);
        for (auto& change : *x) {
          const auto& count = counts_[change.channel];
          show(change.channel, count);
          if (change.dead != 0)
            tell(post_->raised.count_dead(change.channel, count.dead, post_->clock()));
        }
      },
      [this](const channel_news& x) {
        std::visit([this](const auto& what) { tell(post_->raised.hear(what, post_->clock())); },
                   x.what);
      },
      [this](tick x) {
        if (x.what != waking_)
          return;
        wakes_at_.reset();
        tell(post_->raised.wake(post_->clock()));
      },
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

  void tell(const std::vector<rules::alert>& all) {
    for (const auto& x : all) {
      gauges_.alert(rules::to_string(x.kind), x.channel);
      spdlog::warn("alert{}: {}", x.over ? " (over)" : "", rules::text_of(x));
      if (!post_->path)
        continue;
      if (post_->path->channels.front() == x.channel)
        spdlog::error("alerts go to channel {}: this one about itself is not sent", x.channel);
      else
        post(x);
    }
    sleep();
  }

  /// Alerts go the way of all events, but along a route of their own.
  void post(const rules::alert& x) {
    auto what = std::make_shared<happening>();
    what->draft.what.type = "carillon.alert";
    what->draft.what.source = "carillon";
    what->draft.what.subject = "carillon";
    what->draft.what.priority = x.over ? priority::normal : priority::high;
    what->draft.what.data = rules::data_of(x);
    what->draft.type = x.over ? notification_type::success : notification_type::alert;
    what->only = post_->path;
    what->now = post_->clock();
    what->arrived = self_.steady_now();
    what->reply = answer<accepted>{[title = rules::title_of(x)](const result<accepted>& said) {
      if (!said)
        spdlog::error("the alert \"{}\" could not be posted: {}", title, said.error().detail);
    }};
    self_.send(post_->ingress, happening_ptr{std::move(what)});
  }

  /// Wakes when the first cooldown that an alert waits for is over.
  void sleep() {
    const auto at = post_->raised.wakes_at();
    if (!at || (wakes_at_ && *wakes_at_ <= *at))
      return;
    wakes_at_ = at;
    self_.after(std::max(*at - post_->clock(), milliseconds::zero()), ++waking_);
  }

  self_type& self_;
  metrics& gauges_;
  std::shared_ptr<watchdog_post> post_;
  std::map<std::string, count> counts_;
  /// The tick that counts, and its wall time.
  std::uint32_t waking_ = 0;
  std::optional<timestamp> wakes_at_;
};

}  // namespace

watchdog_actor spawn_watchdog(caf::actor_system& system, supervisor_actor supervisor,
                              metrics& gauges, persistence_actor persistence,
                              watchdog_setup setup) {
  return system.spawn<resilient_actor<watchdog_actor, watchdog_state>>(
    care{std::move(supervisor), gauges}, &gauges, std::move(persistence),
    std::make_shared<watchdog_post>(std::move(setup)));
}

}  // namespace carillon
