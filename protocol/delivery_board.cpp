#include "protocol/delivery_board.hpp"

namespace carillon {

std::shared_ptr<void> delivery_board::show(const delivery& what) {
  {
    const std::lock_guard lock{mutex_};
    auto& mine = entries_[what.id];
    mine.what = {what.channel, what.status};
    ++mine.handles;
  }
  return {this, [board = shared_from_this(), id = what.id](void*) {
            const std::lock_guard held{board->mutex_};
            if (const auto found = board->entries_.find(id); --found->second.handles == 0)
              board->entries_.erase(found);
          }};
}

bool delivery_board::shows(const delivery_id& id) const {
  const std::lock_guard lock{mutex_};
  return entries_.contains(id);
}

std::vector<delivery_board::line> delivery_board::all() const {
  const std::lock_guard lock{mutex_};
  std::vector<line> out;
  out.reserve(entries_.size());
  for (const auto& [id, x] : entries_)
    out.push_back(x.what);
  return out;
}

}  // namespace carillon
