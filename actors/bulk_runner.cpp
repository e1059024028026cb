#include "actors/bulk_runner.hpp"

#include "actors/questions.hpp"
#include "actors/resilient.hpp"
#include "protocol/codec/live_events.hpp"
#include "protocol/rules/progress_book.hpp"

#include <spdlog/spdlog.h>
#include <caf/actor_system.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace carillon {

/// INTERNAL: the answer to what a life of the runner has asked for.
template <class T>
struct bulk_answer {
  std::uint64_t life{0};
  std::shared_ptr<const result<T>> what{};
};
using slice_found = bulk_answer<std::optional<bulk_slice>>;
using turn_over = bulk_answer<bool>;
using progress_read = bulk_answer<batch_record>;

}  // namespace carillon

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::slice_found)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::turn_over)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::progress_read)

namespace carillon {

namespace {

using bulk_runner_shell = bulk_runner_actor::extend<
  // INTERNAL: has the slice planned.
  caf::reacts_to<slice_found>,
  // INTERNAL: goes on with the next.
  caf::reacts_to<turn_over>,
  // INTERNAL: tells who began the bulk.
  caf::reacts_to<progress_read>>;

class bulk_runner_state {
 public:
  static constexpr const char* name = "bulk_runner";
  using self_type = resilient<bulk_runner_shell>;

  bulk_runner_state(self_type& self, bulk_surroundings with)
      : self_(self), with_(std::move(with)) {}

  self_type::behavior_type behavior() {
    return {
      [this](const bulks_ptr& x) { look(*x); },
      [this](const slice_found& x) {
        if (x.life == self_.life())
          take(*x.what);
      },
      [this](const turn_over& x) {
        if (x.life == self_.life())
          go_on(*x.what);
      },
      [this](const progress_read& x) {
        if (x.life == self_.life())
          tell(*x.what);
      },
      [](tick) {},
    };
  }

 private:
  /// A slice that fails inside is planned that often before its bulk is given up.
  static constexpr int patience = 5;

  template <class T>
  answer<T> told_to_self() {
    return sent_back<bulk_answer<T>, T>(self_);
  }

  void look(const std::vector<bulk_standing>& all) {
    for (const auto& x : all) {
      progress_.look(x);
      if (x.waits && !std::exchange(busy_, true))
        ask_slice();
    }
    ask_progress();
  }

  void ask_slice() {
    self_.send(with_.queries, query_of(next_bulk_slice{told_to_self<std::optional<bulk_slice>>()}));
  }

  void take(const result<std::optional<bulk_slice>>& found) {
    if (!found || !*found) {
      busy_ = false;
      return;
    }
    if (batch_ != (*found)->batch || number_ != (*found)->number)
      failures_ = 0;
    batch_ = (*found)->batch;
    number_ = (*found)->number;
    auto turn = std::make_shared<bulk_turn>();
    turn->what = **found;
    turn->now = with_.clock();
    turn->arrived = self_.steady_now();
    turn->reply = told_to_self<bool>();
    self_.send(with_.ingress, bulk_turn_ptr{std::move(turn)});
  }

  void go_on(const result<bool>& done) {
    if (done)
      return ask_slice();
    const auto& why = done.error();
    const bool hopeless = why.code == errc::invalid || why.code == errc::not_found;
    if (hopeless || (why.code == errc::internal && ++failures_ >= patience))
      give_up(why);
    busy_ = false;
  }

  void give_up(const error& why) {
    spdlog::error("bulk {} cannot go on: {}", to_text(batch_), why.detail);
    self_.send(with_.persistence,
               unit_of(bulk_failing{.id = batch_}, with_.clock(), self_.steady_now()));
  }

  void ask_progress() {
    if (const auto id = progress_.next(self_.steady_now()))
      self_.send(with_.queries, query_of(get_batch{*id, told_to_self<batch_record>()}));
  }

  void tell(const result<batch_record>& found) {
    if (auto whom = progress_.read(found); !whom.empty())
      self_.send(with_.presence,
                 std::make_shared<const personal_event>(personal_event{
                   std::move(whom), codec::bulk_progress_event(*found, with_.clock())}));
    ask_progress();
  }

  self_type& self_;
  bulk_surroundings with_;
  /// A slice is asked for or on its way.
  bool busy_ = false;
  /// The slice that was taken last, and how often it failed.
  batch_id batch_{};
  std::int64_t number_ = 0;
  int failures_ = 0;
  rules::progress_book progress_;
};

}  // namespace

bulk_runner_actor spawn_bulk_runner(caf::actor_system& system, supervisor_actor supervisor,
                                    metrics& gauges, bulk_surroundings with) {
  return system.spawn<resilient_actor<bulk_runner_shell, bulk_runner_state>>(
    care{std::move(supervisor), gauges}, std::move(with));
}

}  // namespace carillon
