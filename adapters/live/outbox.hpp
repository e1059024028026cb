#pragma once

#include "adapters/live/outlet.hpp"
#include "protocol/time.hpp"

#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

namespace carillon::live {

/// What actors have for the connections of one shard, in the order in which they said it. Any
/// thread puts; the shard's thread drains, a whole batch at a time.
class outbox {
 public:
  /// Both return true for the first item of a batch: its caller sees to a `drain`.
  [[nodiscard]] bool put(outlet_ptr to, push_ptr what);
  [[nodiscard]] bool put(outlet_ptr to, order what);

  /// Hands each item to its connection, then lets every connection touched write once. Returns
  /// when each different push of the batch, but for replayed rows, was committed; valid until the
  /// next call.
  std::span<const steady_time> drain();

 private:
  struct item {
    outlet_ptr to;
    push_ptr what;
    std::unique_ptr<order> request;  ///< where `what` is null
  };

  bool add(item what);
  void note_commits();

  std::mutex mutex_;
  std::vector<item> waiting_;
  bool announced_ = false;
  // For the draining thread only; kept for their capacity.
  std::vector<item> working_;
  std::vector<outlet*> touched_;
  std::vector<const push*> pushes_;
  std::vector<steady_time> commits_;
};

}  // namespace carillon::live
