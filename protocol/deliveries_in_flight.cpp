#include "protocol/deliveries_in_flight.hpp"

namespace carillon {

std::shared_ptr<void> deliveries_in_flight::enter(const delivery& what) {
  {
    const std::lock_guard lock{mutex_};
    auto& mine = entries_[what.id];
    mine.what = {what.channel, what.status};
    ++mine.handles;
  }
  return {this, [all = shared_from_this(), id = what.id](void*) {
            const std::lock_guard held{all->mutex_};
            if (const auto found = all->entries_.find(id); --found->second.handles == 0)
              all->entries_.erase(found);
          }};
}

bool deliveries_in_flight::has(const delivery_id& id) const {
  const std::lock_guard lock{mutex_};
  return entries_.contains(id);
}

std::vector<deliveries_in_flight::line> deliveries_in_flight::all() const {
  const std::lock_guard lock{mutex_};
  std::vector<line> out;
  out.reserve(entries_.size());
  for (const auto& [id, x] : entries_)
    out.push_back(x.what);
  return out;
}

}  // namespace carillon
