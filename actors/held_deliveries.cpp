#include "actors/held_deliveries.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace carillon {

void held_deliveries::add(const delivery_ptr& what, std::vector<scope_limit> scopes) {
  const auto [place, added] =
    all_.try_emplace(what->id, held_delivery{.what = what, .scopes = std::move(scopes)});
  if (!added) {  // it used up a place of the wish all the same
    window_.took(what->priority);
    window_.freed(what->priority);
    return;
  }
  queues_[static_cast<std::size_t>(what->priority)].push_back(&place->second);
  earliest_expiry_ = std::min(earliest_expiry_, what->expires_at);
  window_.took(what->priority);
}

held_delivery* held_deliveries::next(
  steady_time now, const std::function<steady_time(const held_delivery&)>& ready_at) {
  next_look_ = steady_time::max();
  const auto may_go = [&](held_delivery* x) {
    if (x->not_before <= now)
      x->not_before = ready_at(*x);
    if (x->not_before > now)
      next_look_ = std::min(next_look_, x->not_before);
    return x->not_before <= now;
  };
  if (const auto first = std::ranges::find_if(again_, may_go); first != again_.end())
    return take_out(again_, first);
  std::array<queue::iterator, lane_count> first;
  rules::lanes::waiting who;
  for (std::size_t i = 0; i < lane_count; ++i) {
    first[i] = std::ranges::find_if(queues_[i], may_go);
    who[i] = first[i] != queues_[i].end();
  }
  if (std::ranges::none_of(who, std::identity{}))
    return nullptr;  // and nobody's turn is over
  const auto lane = turns_.next(who);
  const auto i = static_cast<std::size_t>(*lane);
  return take_out(queues_[i], first[i]);
}

held_delivery* held_deliveries::take_out(queue& from, queue::iterator which) {
  auto* x = *which;
  from.erase(which);
  ++unfinished_;
  return x;
}

void held_deliveries::look_again() {
  for (auto* x : again_)
    x->not_before = steady_time::min();
  for (auto& queue : queues_)
    for (auto* x : queue)
      x->not_before = steady_time::min();
}

void held_deliveries::wait_again(held_delivery& x) {
  x.at = held_delivery::stage::queued;
  x.not_before = steady_time::min();
  again_.push_back(&x);
  earliest_expiry_ = std::min(earliest_expiry_, x.what->expires_at);
  --unfinished_;
}

std::vector<held_delivery*> held_deliveries::take_if(
  const std::function<bool(const delivery&)>& which) {
  std::vector<held_delivery*> taken;
  earliest_expiry_ = timestamp::max();
  const auto take_from = [&](queue& from) {
    std::erase_if(from, [&](held_delivery* x) {
      if (which(*x->what)) {
        taken.push_back(x);
        return true;
      }
      earliest_expiry_ = std::min(earliest_expiry_, x->what->expires_at);
      return false;
    });
  };
  take_from(again_);
  for (auto& queue : queues_)
    take_from(queue);
  unfinished_ += taken.size();
  return taken;
}

std::vector<held_delivery*> held_deliveries::take_crowding(steady_time now) {
  std::vector<held_delivery*> taken;
  for (auto& queue : queues_) {
    // One without scopes is put off for a moment: not worth writing.
    const auto parked = [&](held_delivery* x) { return x->not_before > now && !x->scopes.empty(); };
    auto stay = static_cast<std::ptrdiff_t>(window_.size() / 2);
    if (std::ranges::count_if(queue, parked) <= stay)
      continue;
    std::erase_if(queue, [&](held_delivery* x) {
      if (!parked(x) || stay-- > 0)
        return false;
      taken.push_back(x);
      return true;
    });
  }
  unfinished_ += taken.size();
  return taken;
}

void held_deliveries::withdraw(const delivery_id& id) {
  const auto place = all_.find(id);
  if (place == all_.end() || place->second.at != held_delivery::stage::queued)
    return;
  auto* x = &place->second;
  if (std::erase(queues_[static_cast<std::size_t>(x->what->priority)], x) + std::erase(again_, x)
      == 0)
    return;
  window_.freed(x->what->priority);
  all_.erase(place);
}

void held_deliveries::forget_waiting() {
  for (auto& queue : queues_)
    for (auto* x : std::exchange(queue, {})) {
      window_.freed(x->what->priority);
      all_.erase(delivery_id{x->what->id});
    }
  earliest_expiry_ = timestamp::max();
  for (auto* x : again_)
    earliest_expiry_ = std::min(earliest_expiry_, x->what->expires_at);
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
  return !again_.empty() || std::ranges::any_of(queues_, [](auto& x) { return !x.empty(); });
}

std::vector<delivery_id> held_deliveries::ids() const {
  std::vector<delivery_id> ids;
  ids.reserve(all_.size());
  for (auto& [id, x] : all_)
    ids.push_back(id);
  return ids;
}

}  // namespace carillon
