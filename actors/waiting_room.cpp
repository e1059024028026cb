#include "actors/waiting_room.hpp"

#include "actors/questions.hpp"
#include "actors/resilient.hpp"

#include <caf/actor_system.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace carillon {

namespace {

class waiting_room_state {
 public:
  static constexpr const char* name = "waiting_room";
  using self_type = resilient<waiting_room_actor>;

  waiting_room_state(self_type& self, persistence_actor persistence, wall_clock clock,
                     deliveries_in_flight_ptr in_flight, std::size_t places)
      : self_(self),
        persistence_(std::move(persistence)),
        clock_(std::move(clock)),
        in_flight_(std::move(in_flight)),
        places_(places) {}

  self_type::behavior_type behavior() {
    return {
      [this](const awaited_ptr& x) { enter(x); },
      [this](const mailing_committed& x) { committed(x); },
      [this](const outcomes_ptr& x) {
        for (const auto& what : *x)
          learn(what);
      },
      [this](close_waiting) { close(); },
      [this](tick x) { leave(x.what); },
    };
  }

 private:
  /// One who waits, under a number that is never given again.
  struct seat {
    awaited_ptr who{};
    /// Those still to be tried.
    std::unordered_set<delivery_id> open{};
    /// What came of those that were, by id.
    std::unordered_map<delivery_id, delivery_ptr> known{};
    /// Set by the commit.
    std::vector<delivery_ptr> all{};
    bool is_committed{false};
  };

  void enter(const awaited_ptr& x) {
    if (closed_ || x->ids.empty() || seats_.size() >= places_)
      return;
    const auto number = ++last_;
    auto& mine = seats_[number];
    mine.who = x;
    for (const auto& id : x->ids) {
      mine.open.insert(id);
      by_delivery_[id] = number;
    }
    by_mailing_[x.get()] = number;
  }

  void committed(const mailing_committed& x) {
    const auto place = by_mailing_.find(x.whose.get());
    const auto& done = *x.done;
    if (!done || done->replayed || place == by_mailing_.end()) {
      if (place != by_mailing_.end())
        forget(place->second);
      return done && !done->replayed ? conclude(x.whose, *done) : x.whose->reply(done);
    }
    const auto number = place->second;
    auto& mine = seats_.at(number);
    mine.all = done->deliveries;
    mine.is_committed = true;
    if (mine.open.empty())
      return leave(number);
    const auto left = x.whose->until - self_.steady_now();
    self_.after(std::max(left, steady_time::duration::zero()), number);
  }

  void learn(const delivery_ptr& what) {
    const auto place = by_delivery_.find(what->id);
    if (place == by_delivery_.end())
      return;
    const auto number = place->second;
    by_delivery_.erase(place);
    auto& mine = seats_.at(number);
    mine.open.erase(what->id);
    mine.known.insert_or_assign(what->id, what);
    if (mine.open.empty() && mine.is_committed)
      leave(number);
  }

  /// Answers with what is known; nothing where the seat is empty already.
  void leave(std::uint32_t number) {
    const auto place = seats_.find(number);
    if (place == seats_.end() || !place->second.is_committed)
      return;
    auto& mine = place->second;
    mailed done;
    for (const auto& x : mine.all) {
      const auto news = mine.known.find(x->id);
      done.deliveries.push_back(news == mine.known.end() ? as_it_stands(x) : news->second);
    }
    const auto who = mine.who;
    forget(number);
    conclude(who, std::move(done));
  }

  /// Of an attempt under way nothing has come yet.
  delivery_ptr as_it_stands(const delivery_ptr& x) const {
    if (is_final(x->status) || !in_flight_->has(x->id))
      return x;
    auto shown = std::make_shared<delivery>(*x);
    shown->status = delivery_status::delivering;
    return shown;
  }

  /// An idempotent request's repeats get the very answer that is given here.
  void conclude(const awaited_ptr& who, mailed done) {
    if (!who->idempotency)
      return who->reply(std::move(done));
    const auto& once = *who->idempotency;
    const auto final = once.compose(done);
    conclusion what{once.subject, once.method, once.path, once.key, final.status, final.body};
    auto kept = std::make_shared<mailed>(std::move(done));
    what.reply = answer<bool>{[who, kept](const result<bool>&) { who->reply(std::move(*kept)); }};
    self_.send(persistence_, unit_of(std::move(what), clock_(), self_.steady_now()));
  }

  void forget(std::uint32_t number) {
    const auto place = seats_.find(number);
    for (const auto& id : place->second.open)
      by_delivery_.erase(id);
    by_mailing_.erase(place->second.who.get());
    seats_.erase(place);
  }

  void close() {
    closed_ = true;
    std::vector<std::uint32_t> numbers;
    for (const auto& [number, seat] : seats_)
      numbers.push_back(number);
    for (const auto number : numbers) {
      if (seats_.at(number).is_committed)
        leave(number);
      else
        forget(number);  // its commit answers it
    }
  }

  self_type& self_;
  persistence_actor persistence_;
  wall_clock clock_;
  deliveries_in_flight_ptr in_flight_;
  std::size_t places_;
  std::unordered_map<std::uint32_t, seat> seats_;
  std::unordered_map<delivery_id, std::uint32_t> by_delivery_;
  std::unordered_map<const awaited*, std::uint32_t> by_mailing_;
  std::uint32_t last_ = 0;
  bool closed_ = false;
};

}  // namespace

waiting_room_actor spawn_waiting_room(caf::actor_system& system, supervisor_actor supervisor,
                                      metrics& gauges, persistence_actor persistence,
                                      wall_clock clock, deliveries_in_flight_ptr in_flight,
                                      std::size_t places) {
  return system.spawn<resilient_actor<waiting_room_actor, waiting_room_state>>(
    care{std::move(supervisor), gauges}, std::move(persistence), std::move(clock),
    std::move(in_flight), places);
}

}  // namespace carillon
