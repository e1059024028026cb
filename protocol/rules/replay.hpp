#pragma once

#include "protocol/notification.hpp"
#include "protocol/rules/preferences.hpp"
#include "protocol/rules/seq_row.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace carillon::rules {

/// How one connection passes from what it missed to what is live, without a gap, a repeat or an
/// unbounded queue. Live rows above the head at its coming wait, in order, until those of (since,
/// head] have been read from storage; past either bound they are dropped and the head follows them,
/// so that storage tells them too.
class replay {
 public:
  static constexpr std::size_t max_waiting = 500;
  static constexpr std::size_t max_bytes = 256 << 10;
  static constexpr int page_size = 100;

  /// Misses nothing up to `head`, the last row that was live before it came.
  explicit replay(std::int64_t head) noexcept : after_(head), head_(head) {}

  /// The client has seen everything up to there; more than was live yet is possible.
  void resume_from(std::int64_t since);

  /// A live row that this connection is entitled to.
  void hear(notification_ptr row);

  /// Forgets those that wait and that the user's preferences suppress, learnt since they came.
  void drop_suppressed(const preference_history& by);

  /// Storage has rows for it.
  bool behind() const noexcept { return after_ < head_; }

  /// Rows that it still has to get may be gone: nothing at or below `floor` is kept any more.
  bool misses(std::int64_t floor) const noexcept { return after_ < std::min(floor, head_); }

  /// The next page to read; call only when behind, and again only after `queued`.
  seq_range next() noexcept;

  /// The rows of a page, complete up to `upto`, are on the connection's queue; false if that is no
  /// step forward.
  bool queued(std::int64_t upto) noexcept { return upto > std::exchange(after_, upto); }

  /// Everything before the rows that wait is on the queue: they follow, and then live.
  bool caught_up() const noexcept { return after_ == head_; }

  /// What waits, in order; call once, when caught up.
  std::vector<notification_ptr> take() noexcept { return std::move(waiting_); }

 private:
  /// The last row it has got.
  std::int64_t after_;
  /// Rows up to here are storage's to tell, those after it wait; below `after_` where the client
  /// has seen more than was live.
  std::int64_t head_;
  /// Live rows are not kept.
  bool following_ = false;
  std::size_t bytes_ = 0;
  std::vector<notification_ptr> waiting_;
};

}  // namespace carillon::rules
