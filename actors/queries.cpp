#include "actors/queries.hpp"

#include "actors/query_reader.hpp"
#include "actors/resilient.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <deque>
#include <utility>
#include <vector>

namespace carillon {

namespace {

/// One life of the desk; its readers live no longer than it does.
class queries_state {
 public:
  static constexpr const char* name = "queries";
  using self_type = resilient<query_desk>;

  queries_state(self_type& self, open_reader_function open, queries_bounds bounds, bool detached)
      : self_(self), open_(std::move(open)), bounds_(bounds), detached_(detached) {}

  /// Each finishes what it reads.
  ~queries_state() {
    for (auto& x : readers_)
      caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
  }

  self_type::behavior_type behavior() {
    return {
      [this](const query_ptr& x) { take(x); },
      [this](reader_idle) { idle_again(); },
      [](tick) {},
    };
  }

 private:
  void take(const query_ptr& x) {
    if (!idle_.empty() || readers_.size() < bounds_.readers)
      return self_.send(reader(), x);
    if (!x->outside)
      return inside_.push_back(x);
    if (outside_.size() < bounds_.waiting)
      return outside_.push_back(x);
    answer_error(*x, {errc::busy, "too many reads wait", {}, seconds{1}});
  }

  query_reader reader() {
    if (idle_.empty())
      return readers_.emplace_back(
        spawn_query_reader(self_.system(), self_.handle(), open_, detached_));
    auto last = std::move(idle_.back());
    idle_.pop_back();
    return last;
  }

  void idle_again() {
    auto who = caf::actor_cast<query_reader>(self_.current_sender());
    if (std::ranges::find(readers_, who) == readers_.end())
      return;  // one of an earlier life, which is on its way out
    if (auto next = next_waiting())
      return self_.send(who, next);
    idle_.push_back(std::move(who));
  }

  /// Inside and outside take turns, so that neither waits for all of the other.
  query_ptr next_waiting() {
    auto* from = inside_turn_ ? &inside_ : &outside_;
    if (from->empty())
      from = inside_turn_ ? &outside_ : &inside_;
    if (from->empty())
      return nullptr;
    inside_turn_ = from == &outside_;
    auto next = std::move(from->front());
    from->pop_front();
    return next;
  }

  self_type& self_;
  open_reader_function open_;
  queries_bounds bounds_;
  bool detached_;
  std::vector<query_reader> readers_;
  std::vector<query_reader> idle_;
  std::deque<query_ptr> inside_;
  std::deque<query_ptr> outside_;
  bool inside_turn_ = true;
};

}  // namespace

queries_actor spawn_queries(caf::actor_system& system, supervisor_actor supervisor, metrics& gauges,
                            open_reader_function open, queries_bounds bounds, bool detached) {
  return system.spawn<resilient_actor<query_desk, queries_state>>(
    care{std::move(supervisor), gauges}, std::move(open), bounds, detached);
}

}  // namespace carillon
