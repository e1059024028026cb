#include "adapters/live/services.hpp"

namespace carillon::live {

census::place census::enter(const std::shared_ptr<census>& all) {
  std::lock_guard guard{all->mutex_};
  if (all->now_ >= all->bound_)
    return {};
  all->count_.connections(++all->now_);
  return place{all};
}

void census::leave() {
  std::lock_guard guard{mutex_};
  count_.connections(--now_);
}

std::int64_t census::now() const {
  std::lock_guard guard{mutex_};
  return now_;
}

}  // namespace carillon::live
