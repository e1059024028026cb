#pragma once

#include "protocol/actors.hpp"
#include "protocol/channel.hpp"
#include "protocol/rules/lanes.hpp"
#include "protocol/rules/resending.hpp"
#include "protocol/rules/settle.hpp"
#include "protocol/rules/window.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

namespace carillon {

/// A delivery in a sender's hands.
struct held_delivery {
  /// It waits in its lane, is with the provider, or its outcome waits to be committed.
  enum class stage : std::uint8_t { queued, sending, settling };

  delivery_ptr what{};
  stage at{stage::queued};
  /// The limits beside the channel's own, and when it is worth looking at it again.
  std::vector<scope_limit> scopes{};
  steady_time not_before{steady_time::min()};
  steady_time started{};
  timestamp started_at{};
  /// When its last attempt counts against rates, at the latest.
  steady_time counts_at{steady_time::min()};
  /// Keeps it among those in flight from its start on.
  std::shared_ptr<void> in_flight{};
  /// Who composed what is with the provider, and with which token.
  channel_ptr by{};
  std::string token{};
  /// Why it was sent once more at once, and the tries that led to it, for the log.
  rules::resending again{};
  std::vector<attempt> earlier{};
  /// Kept until it is committed.
  std::shared_ptr<const rules::transition> outcome{};
  /// How often committing it failed, and when it is told again.
  int refusals{0};
  std::optional<steady_time> tell_at{};
};

/// What a sender holds: every delivery once, the waiting ones in lanes.
class held_deliveries {
 public:
  explicit held_deliveries(std::uint32_t per_lane) : window_(per_lane) {}

  /// Queues it under its scopes; does nothing with one that is held already.
  void add(const delivery_ptr& what, std::vector<scope_limit> scopes);

  /// Takes the next one that may go: it is held on, no longer waiting. `ready_at` tells when a
  /// delivery may go, `now` or before when at once; one that may not go yet lets those behind it
  /// pass. Null when none may, and `next_look` is then the earliest time for another try.
  held_delivery* next(steady_time now,
                      const std::function<steady_time(const held_delivery&)>& ready_at);
  steady_time next_look() const { return next_look_; }

  /// Looks at all that wait anew at the next `next`.
  void look_again();

  /// Lets one that is with the provider wait again, before all others.
  void wait_again(held_delivery& x);

  /// Takes all those out of the lanes that `which` picks.
  std::vector<held_delivery*> take_if(const std::function<bool(const delivery&)>& which);

  /// Takes the newest that their scopes hold back out of each lane where they fill more than half
  /// of the window, so that there is room for others behind them.
  std::vector<held_delivery*> take_crowding(steady_time now);

  /// Drops the one of that id where it waits; does nothing with one that was started.
  void withdraw(const delivery_id& id);

  /// Drops all that wait in the lanes, but those that have a try to report.
  void forget_waiting();

  /// The one of that id; null when it is not held. Valid until it is dropped.
  held_delivery* find(const delivery_id& id);
  void drop(const delivery_id& id);

  /// Outcomes whose time to be told again has come, and the earliest time of the others.
  std::vector<held_delivery*> to_tell_again(steady_time now);
  std::optional<steady_time> next_telling() const;

  bool has_waiting() const;
  /// How many are with the provider or have an outcome that is not committed: what a crash now
  /// would repeat.
  std::size_t unfinished() const { return unfinished_; }
  /// No waiting one expires before then.
  timestamp earliest_expiry() const { return earliest_expiry_; }

  std::vector<delivery_id> ids() const;
  rules::window& room() { return window_; }
  /// Holds so many a lane from now on.
  void resize(std::uint32_t per_lane) { window_.resize(per_lane); }

 private:
  using queue = std::deque<held_delivery*>;

  held_delivery* take_out(queue& from, queue::iterator which);

  std::unordered_map<delivery_id, held_delivery> all_;
  std::array<queue, lane_count> queues_;
  /// Those that go before all lanes.
  queue again_;
  steady_time next_look_ = steady_time::max();
  rules::lanes turns_;
  rules::window window_;
  std::size_t unfinished_ = 0;
  timestamp earliest_expiry_ = timestamp::max();
};

}  // namespace carillon
