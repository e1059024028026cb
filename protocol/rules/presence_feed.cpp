#include "protocol/rules/presence_feed.hpp"

namespace carillon::rules {

void presence_feed::came(std::string_view user_id) {
  std::string user{user_id};
  if (leaving_.erase(user) == 0)
    add(std::move(user), true);
}

void presence_feed::went(std::string_view user_id, steady_time now) {
  leaving_.insert_or_assign(std::string{user_id}, now + grace);
  by_time_.emplace_back(now + grace, user_id);
}

presence_feed::telling presence_feed::tell(steady_time now, std::size_t most) {
  while (!by_time_.empty() && by_time_.front().first <= now) {
    auto [at, user] = std::move(by_time_.front());
    by_time_.pop_front();
    const auto i = leaving_.find(user);
    if (i == leaving_.end() || i->second != at)
      continue;  // came back since
    leaving_.erase(i);
    add(std::move(user), false);
  }
  while (!told_.empty() && told_.front() + seconds{1} <= now)
    told_.pop_front();

  telling out;
  for (auto& x : news_) {
    if (told_.size() < most) {
      told_.push_back(now);
      out.singly.push_back(std::move(x));
    } else {
      beyond_ = true;
    }
  }
  news_.clear();
  if (beyond_ && remarked_ + seconds{1} <= now) {
    out.changed = true;
    beyond_ = false;
    remarked_ = now;
  }
  return out;
}

void presence_feed::add(std::string user_id, bool online) {
  if (news_.size() < max_single)
    news_.push_back({std::move(user_id), online});
  else
    beyond_ = true;
}

}  // namespace carillon::rules
