#include "actors/digest_runner.hpp"

#include "actors/questions.hpp"
#include "actors/resilient.hpp"
#include "protocol/rules/collections.hpp"

#include <spdlog/spdlog.h>
#include <caf/actor_system.hpp>

#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace carillon {

using collections = std::vector<collection>;

/// INTERNAL: the page that was asked for.
struct page_found {
  std::uint64_t life{0};
  std::shared_ptr<const result<collections>> found{};
};

/// INTERNAL: one of the page has its message, or has none yet.
struct digest_told {
  std::uint64_t life{0};
  std::shared_ptr<const result<bool>> done{};
  std::shared_ptr<const collection> which{};
};

}  // namespace carillon

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::page_found)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::digest_told)

namespace carillon {

namespace {

using digest_runner_shell = digest_runner_actor::extend<
  // INTERNAL: has each of them planned.
  caf::reacts_to<page_found>,
  // INTERNAL: goes on with the next page behind the last of this one.
  caf::reacts_to<digest_told>>;

class digest_runner_state {
 public:
  static constexpr const char* name = "digest_runner";
  using self_type = resilient<digest_runner_shell>;

  digest_runner_state(self_type& self, persistence_actor persistence, queries_actor queries,
                      ingress_actor ingress, wall_clock clock)
      : self_(self),
        persistence_(std::move(persistence)),
        queries_(std::move(queries)),
        ingress_(std::move(ingress)),
        clock_(std::move(clock)) {}

  self_type::behavior_type behavior() {
    return {
      [this](digests_wait) {
        if (!std::exchange(busy_, true))
          ask();
      },
      [this](const page_found& x) {
        if (x.life == self_.life())
          take(*x.found);
      },
      [this](const digest_told& x) {
        if (x.life == self_.life())
          count(x);
      },
      [](tick) {},
    };
  }

 private:
  /// One that fails inside is planned that often before it is given up.
  static constexpr int patience = 5;

  void ask() {
    list_collections page;
    page.reply = sent_back<page_found, collections>(self_);
    self_.send(queries_, query_of(std::move(page)));
  }

  void take(const result<collections>& found) {
    told_ = false;
    waiting_ = found ? found->size() : 0;
    busy_ = waiting_ > 0;
    if (!busy_)
      return failures_.clear();
    for (const auto& one : *found)
      give_to_ingress(std::make_shared<const collection>(one));
  }

  void give_to_ingress(std::shared_ptr<const collection> which) {
    auto turn = std::make_shared<digest_turn>();
    turn->what = *which;
    turn->now = clock_();
    turn->arrived = self_.steady_now();
    turn->reply = sent_back<digest_told, bool>(self_, std::move(which));
    self_.send(ingress_, digest_turn_ptr{std::move(turn)});
  }

  void count(const digest_told& x) {
    if (*x.done)
      told_ = true;
    else if (x.done->error().code != errc::unavailable && ++failures_[x.which->id] >= patience)
      give_up(*x.which, x.done->error());
    if (--waiting_ > 0)
      return;
    // A page of which nothing could be told is not asked for again at once.
    busy_ = told_;
    if (busy_)
      ask();
  }

  void give_up(const collection& which, const error& why) {
    spdlog::error("digest {} cannot be told: {}", to_text(which.id), why.detail);
    failures_.erase(which.id);
    const auto now = clock_();
    self_.send(persistence_,
               unit_of(rules::give_up(which, why.detail, now), now, self_.steady_now()));
  }

  self_type& self_;
  persistence_actor persistence_;
  queries_actor queries_;
  ingress_actor ingress_;
  wall_clock clock_;
  /// A page is asked for or on its way.
  bool busy_ = false;
  /// Of the page on its way: how many are, and whether any was told.
  std::size_t waiting_ = 0;
  bool told_ = false;
  /// How often those of the last pages failed inside.
  std::map<delivery_id, int> failures_;
};

}  // namespace

digest_runner_actor spawn_digest_runner(caf::actor_system& system, supervisor_actor supervisor,
                                        metrics& gauges, persistence_actor persistence,
                                        queries_actor queries, ingress_actor ingress,
                                        wall_clock clock) {
  return system.spawn<resilient_actor<digest_runner_shell, digest_runner_state>>(
    care{std::move(supervisor), gauges}, std::move(persistence), std::move(queries),
    std::move(ingress), std::move(clock));
}

}  // namespace carillon
