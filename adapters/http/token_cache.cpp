#include "adapters/http/token_cache.hpp"

namespace carillon::http {

namespace {

bool still_good(const principal& who, timestamp now) {
  return who.expires_at > now && !who.withdrawn();
}

}  // namespace

result<principal_ptr> token_cache::check(std::string_view token, timestamp now) {
  principal_ptr who;
  if (const auto found = recent_.find(token); found != recent_.end()) {
    if (still_good(*found->second, now))
      return found->second;
    recent_.erase(found);
  } else if (const auto old = older_.find(token); old != older_.end()) {
    who = std::move(old->second);
    older_.erase(old);
  }
  if (!who || !still_good(*who, now)) {
    auto checked = checker_->check(token, now);
    if (!checked)
      return checked;
    who = std::move(*checked);
  }
  if (recent_.size() >= bound_ / 2)
    older_ = std::exchange(recent_, {});
  recent_.emplace(token, who);
  return who;
}

}  // namespace carillon::http
