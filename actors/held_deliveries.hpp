#pragma once

#include "protocol/actors.hpp"
#include "protocol/rules/lanes.hpp"
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
  steady_time started{};
  timestamp started_at{};
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

  /// Queues it; does nothing with one that is held already.
  void add(const delivery_ptr& what);

  /// Takes the next one out of its lane: it is held on, no longer waiting. Null when none waits.
  held_delivery* next();

  /// Takes all those out of the lanes that `which` picks.
  std::vector<held_delivery*> take_if(const std::function<bool(const delivery&)>& which);

  /// Drops all that wait in the lanes.
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

 private:
  std::unordered_map<delivery_id, held_delivery> all_;
  std::array<std::deque<held_delivery*>, lane_count> queues_;
  rules::lanes turns_;
  rules::window window_;
  std::size_t unfinished_ = 0;
  timestamp earliest_expiry_ = timestamp::max();
};

}  // namespace carillon
