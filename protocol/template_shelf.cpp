#include "protocol/template_shelf.hpp"

namespace carillon {

void template_shelf::take(std::span<const template_changed> changes) {
  std::lock_guard lock{mutex_};
  auto next = std::make_shared<rules::template_book>(*now_);
  for (const auto& x : changes) {
    if (x.now)
      next->put(x.now);
    else if (x.removed)
      next->remove(*x.removed);
  }
  now_ = std::move(next);
}

}  // namespace carillon
