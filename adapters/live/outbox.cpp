#include "adapters/live/outbox.hpp"

#include <algorithm>

namespace carillon::live {

bool outbox::put(outlet_ptr to, push_ptr what) {
  return add({std::move(to), std::move(what), nullptr});
}

bool outbox::put(outlet_ptr to, order what) {
  return add({std::move(to), nullptr, std::make_unique<order>(std::move(what))});
}

bool outbox::add(item what) {
  std::lock_guard guard{mutex_};
  waiting_.push_back(std::move(what));
  return !std::exchange(announced_, true);
}

std::span<const steady_time> outbox::drain() {
  {
    std::lock_guard guard{mutex_};
    working_.swap(waiting_);
    announced_ = false;
  }
  for (auto& [to, what, request] : working_) {
    if (what)
      to->take(what);
    else
      to->obey(std::move(*request));
    if (!std::exchange(to->touched_, true))
      touched_.push_back(to.get());
  }
  for (auto* each : touched_) {
    each->touched_ = false;
    each->flush();
  }
  touched_.clear();
  note_commits();
  working_.clear();
  return commits_;
}

void outbox::note_commits() {
  pushes_.clear();
  for (const auto& each : working_)
    if (each.what && (pushes_.empty() || pushes_.back() != each.what.get()))
      pushes_.push_back(each.what.get());
  std::sort(pushes_.begin(), pushes_.end());
  pushes_.erase(std::unique(pushes_.begin(), pushes_.end()), pushes_.end());
  commits_.clear();
  for (const auto* each : pushes_)
    if (each->committed() != steady_time{})
      commits_.push_back(each->committed());
}

}  // namespace carillon::live
