#include "adapters/http/token_cache.hpp"

namespace carillon::http {

result<principal_ptr> token_cache::check(std::string_view token, timestamp now) {
  principal_ptr who;
  if (const auto found = recent_.find(token); found != recent_.end()) {
    if (found->second->expires_at > now)
      return found->second;
    recent_.erase(found);
  } else if (const auto old = older_.find(token); old != older_.end()) {
    who = std::move(old->second);
    older_.erase(old);
  }
  if (!who || who->expires_at <= now) {
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
