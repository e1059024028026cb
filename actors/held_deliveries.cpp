#include "actors/held_deliveries.hpp"

#include <algorithm>
#include <utility>

namespace carillon {

void held_deliveries::add(const delivery_ptr& what) {
  const auto [place, added] = all_.try_emplace(what->id, held_delivery{.what = what});
  if (!added) {  // it used up a place of the wish all the same
    window_.took(what->priority);
    window_.freed(what->priority);
    return;
  }
  queues_[static_cast<std::size_t>(what->priority)].push_back(&place->second);
  earliest_expiry_ = std::min(earliest_expiry_, what->expires_at);
  window_.took(what->priority);
}

held_delivery* held_deliveries::next() {
  rules::lanes::waiting who;
  for (std::size_t i = 0; i < lane_count; ++i)
    who[i] = !queues_[i].empty();
  const auto lane = turns_.next(who);
  if (!lane)
    return nullptr;
  auto& queue = queues_[static_cast<std::size_t>(*lane)];
  auto* first = queue.front();
  queue.pop_front();
  ++unfinished_;
  return first;
}

std::vector<held_delivery*> held_deliveries::take_if(
  const std::function<bool(const delivery&)>& which) {
  std::vector<held_delivery*> taken;
  earliest_expiry_ = timestamp::max();
  for (auto& queue : queues_)
    std::erase_if(queue, [&](held_delivery* x) {
      if (which(*x->what)) {
        taken.push_back(x);
        return true;
      }
      earliest_expiry_ = std::min(earliest_expiry_, x->what->expires_at);
      return false;
    });
  unfinished_ += taken.size();
  return taken;
}

void held_deliveries::forget_waiting() {
  for (auto& queue : queues_)
    for (auto* x : std::exchange(queue, {})) {
      window_.freed(x->what->priority);
      all_.erase(delivery_id{x->what->id});
    }
  earliest_expiry_ = timestamp::max();
}

held_delivery* held_deliveries::find(const delivery_id& id) {
  const auto place = all_.find(id);
  return place == all_.end() ? nullptr : &place->second;
}

void held_deliveries::drop(const delivery_id& id) {
  const auto place = all_.find(id);
  if (place == all_.end() || place->second.at == held_delivery::stage::queued)
    return;
  window_.freed(place->second.what->priority);
  --unfinished_;
  all_.erase(place);
}

std::vector<held_delivery*> held_deliveries::to_tell_again(steady_time now) {
  std::vector<held_delivery*> told;
  for (auto& [id, x] : all_)
    if (x.tell_at && *x.tell_at <= now)
      told.push_back(&x);
  return told;
}

std::optional<steady_time> held_deliveries::next_telling() const {
  std::optional<steady_time> first;
  for (auto& [id, x] : all_)
    if (x.tell_at && (!first || *x.tell_at < *first))
      first = x.tell_at;
  return first;
}

bool held_deliveries::has_waiting() const {
  return std::any_of(queues_.begin(), queues_.end(), [](auto& queue) { return !queue.empty(); });
}

std::vector<delivery_id> held_deliveries::ids() const {
  std::vector<delivery_id> ids;
  ids.reserve(all_.size());
  for (auto& [id, x] : all_)
    ids.push_back(id);
  return ids;
}

}  // namespace carillon
