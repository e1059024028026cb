#include "adapters/http/limits.hpp"

#include <algorithm>

namespace carillon::http {

namespace {

constexpr seconds minute{60};

/// More than one per request, so that what is over is gone before it gathers.
constexpr int forgotten_at_once = 2;

}  // namespace

allowance request_limit::take(std::string_view user, steady_time now) {
  const std::int64_t limit = per_minute_;
  std::lock_guard lock{mutex_};
  for (int i = 0; i < forgotten_at_once && !windows_.empty(); ++i)
    if (now - windows_.front().began >= minute)
      forget_first();
  auto& mine = *window_of(user, now);
  const bool granted = mine.used < limit;
  if (granted)
    ++mine.used;
  const auto left = std::chrono::ceil<seconds>(minute - (now - mine.began));
  return {granted, limit, std::max<std::int64_t>(0, limit - mine.used),
          std::max<std::int64_t>(1, left.count()), policy_};
}

std::size_t request_limit::size() const {
  std::lock_guard lock{mutex_};
  return windows_.size();
}

request_limit::windows::iterator request_limit::window_of(std::string_view user, steady_time now) {
  if (const auto found = by_user_.find(user); found != by_user_.end()) {
    const auto mine = found->second;
    if (now - mine->began < minute)
      return mine;
    mine->began = now;
    mine->used = 0;
    windows_.splice(windows_.end(), windows_, mine);
    return mine;
  }
  if (windows_.size() >= bound_)
    forget_first();
  const auto mine = windows_.insert(windows_.end(), {std::string{user}, now, 0});
  by_user_.emplace(mine->user, mine);
  return mine;
}

void request_limit::forget_first() {
  by_user_.erase(windows_.front().user);
  windows_.pop_front();
}

void add_allowance(reply& to, const allowance& what) {
  const auto limit = std::to_string(what.limit);
  const auto remaining = std::to_string(what.remaining);
  const auto reset = std::to_string(what.reset_seconds);
  const auto policy = '"' + std::string{what.policy} + '"';
  add_header(to, "RateLimit", policy + ";r=" + remaining + ";t=" + reset);
  add_header(to, "RateLimit-Policy", policy + ";q=" + limit + ";w=60");
  add_header(to, "X-RateLimit-Limit", limit);
  add_header(to, "X-RateLimit-Remaining", remaining);
  add_header(to, "X-RateLimit-Reset", reset);
}

reply too_many_requests(const allowance& what, std::string_view trace_id) {
  auto out = problem(429,
                     error{errc::busy,
                           "more than " + std::to_string(what.limit) + " requests in a minute",
                           {},
                           seconds{what.reset_seconds}},
                     trace_id);
  add_allowance(out, what);
  return out;
}

}  // namespace carillon::http
