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

bool template_shelf::renew(std::span<const template_ptr> rows,
                           const rules::template_book_ptr& since) {
  auto next = std::make_shared<rules::template_book>(since->default_language());
  for (const auto& x : rows)
    next->put(x);
  std::lock_guard lock{mutex_};
  if (now_ != since)
    return false;
  now_ = std::move(next);
  return true;
}

}  // namespace carillon
