#include "protocol/rules/replay.hpp"

#include "protocol/rules/weight.hpp"

#include <algorithm>

namespace carillon::rules {

void replay::resume_from(std::int64_t since) {
  after_ = since;
  if (since <= head_)
    return;
  following_ = false;
  std::erase_if(waiting_, [&](const notification_ptr& row) { return row->seq <= since; });
  if (!waiting_.empty())
    head_ = since;
}

void replay::hear(notification_ptr row) {
  const auto seq = row->seq;
  if (after_ > head_) {
    head_ = std::min(seq, after_);
    if (seq <= after_)
      return;
  }
  bytes_ += weight_of(*row);
  if (!following_ && waiting_.size() < max_waiting && bytes_ <= max_bytes)
    return waiting_.push_back(std::move(row));
  waiting_ = {};
  bytes_ = 0;
  following_ = true;
  head_ = seq;
}

void replay::drop_suppressed(const preference_history& by) {
  std::erase_if(waiting_, [&](const notification_ptr& row) {
    if (!by.suppresses(*row))
      return false;
    bytes_ -= weight_of(*row);
    return true;
  });
}

seq_range replay::next() noexcept {
  // No more rows than a page holds can be in between, so this page is the last: what comes from now
  // on waits again, else a busy inbox would never be caught up with.
  if (head_ - after_ <= page_size)
    following_ = false;
  return {after_, head_};
}

}  // namespace carillon::rules
