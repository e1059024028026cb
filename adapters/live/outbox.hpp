#pragma once

#include "adapters/live/outlet.hpp"
#include "protocol/time.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace carillon::live {

/// What actors have for the connections of one shard, in the order in which they said it. Any
/// thread puts; the shard's thread collects and lets the connections write, a few at a time, so
/// that what comes in for a connection while others write goes out in its one gathered write.
class outbox {
 public:
  /// Both return true where nobody serves the box: its caller sees to `collect` and `write`, in
  /// turn, until `write` returns false.
  [[nodiscard]] bool put(outlet_ptr to, push_ptr what);
  [[nodiscard]] bool put(outlet_ptr to, order what);

  /// Hands each waiting item to its connection, which joins the line of those that have to write.
  void collect();

  /// Lets the next `most` connections of the line write. False when neither a connection nor an
  /// item waits; the next put is told so.
  bool write(std::size_t most);

  /// When the next push was committed that all its connections of this shard have written, or the
  /// epoch where there is none. A replayed row is not told of.
  steady_time written();

 private:
  struct item {
    outlet_ptr to;
    push_ptr what;
    std::unique_ptr<order> request;  ///< where `what` is null
  };
  /// A push, and how many turns of the line end before the last of its connections wrote.
  struct mark {
    std::uint64_t turn;
    steady_time committed;
  };

  bool add(item what);
  void note_commits();

  std::mutex mutex_;
  std::vector<item> waiting_;
  bool served_ = false;
  // For the serving thread only; vectors are kept for their capacity.
  std::vector<item> working_;
  std::vector<const push*> pushes_;
  std::deque<outlet_ptr> line_;
  std::deque<mark> marks_;
  std::uint64_t turns_ = 0;
};

}  // namespace carillon::live
