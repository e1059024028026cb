#include "adapters/live/outbox.hpp"

#include <algorithm>

namespace carillon::live {

namespace {

/// Connections of a wide push are seldom in the cache: one is fetched while others write.
constexpr std::size_t ahead = 4;

}  // namespace

bool outbox::put(outlet_ptr to, push_ptr what) {
  return add({std::move(to), std::move(what), nullptr});
}

bool outbox::put(outlet_ptr to, order what) {
  return add({std::move(to), nullptr, std::make_unique<order>(std::move(what))});
}

bool outbox::add(item what) {
  std::lock_guard guard{mutex_};
  waiting_.push_back(std::move(what));
  return !std::exchange(served_, true);
}

void outbox::collect() {
  working_.clear();
  pushes_.clear();
  {
    std::lock_guard guard{mutex_};
    working_.swap(waiting_);
  }
  for (auto& [to, what, request] : working_) {
    if (what) {
      to->take(what);
      if (pushes_.empty() || pushes_.back() != what.get())
        pushes_.push_back(what.get());
    } else {
      to->obey(std::move(*request));
    }
    if (!std::exchange(to->in_line_, true))
      line_.push_back(std::move(to));
  }
  note_commits();
  working_.clear();
}

void outbox::note_commits() {
  std::sort(pushes_.begin(), pushes_.end());
  pushes_.erase(std::unique(pushes_.begin(), pushes_.end()), pushes_.end());
  for (const auto* each : pushes_)
    for (const auto& row : each->rows())
      if (row.committed != steady_time{})
        marks_.push_back({turns_ + line_.size(), row.committed});
}

bool outbox::write(std::size_t most) {
  for (; most > 0 && !line_.empty(); --most) {
    if (line_.size() > ahead)
      __builtin_prefetch(line_[ahead].get());
    const auto next = std::move(line_.front());
    line_.pop_front();
    ++turns_;
    next->in_line_ = false;
    next->flush();
  }
  if (!line_.empty())
    return true;
  std::lock_guard guard{mutex_};
  served_ = !waiting_.empty();
  return served_;
}

steady_time outbox::written() {
  if (marks_.empty() || marks_.front().turn > turns_)
    return {};
  const auto committed = marks_.front().committed;
  marks_.pop_front();
  return committed;
}

}  // namespace carillon::live
