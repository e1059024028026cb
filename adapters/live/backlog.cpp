#include "adapters/live/backlog.hpp"

#include <utility>
#include <vector>

namespace carillon::live {

void backlog::record(const connection_ptr& who, std::size_t bytes) {
  std::vector<connection_ptr> victims;  // closed without the lock
  {
    std::lock_guard guard{mutex_};
    auto& entry = waiting_[who->id()];
    by_size_.erase({entry.bytes, who->id()});
    total_ += bytes - entry.bytes;
    if (bytes == 0) {
      waiting_.erase(who->id());
    } else {
      entry = {bytes, who};
      by_size_.insert({bytes, who->id()});
    }
    while (total_ > bound_)
      if (auto victim = fullest())
        victims.push_back(std::move(victim));
  }
  for (const auto& each : victims)
    each->close(close_code::try_again_later, "too much waits for slow consumers");
}

connection_ptr backlog::fullest() {
  const auto [bytes, id] = *by_size_.rbegin();
  by_size_.erase(std::prev(by_size_.end()));
  const auto found = waiting_.find(id);
  auto who = found->second.who.lock();
  waiting_.erase(found);
  total_ -= bytes;
  return who;
}

std::size_t backlog::total() const {
  std::lock_guard guard{mutex_};
  return total_;
}

}  // namespace carillon::live
