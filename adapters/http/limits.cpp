#include "adapters/http/limits.hpp"

#include <algorithm>

namespace carillon::http {

namespace {

constexpr seconds minute{60};

}  // namespace

allowance request_limit::take(std::string_view user, steady_time now) {
  std::lock_guard lock{mutex_};
  if (now - swept_ >= minute)
    forget(now);
  auto& w = windows_[std::string{user}];
  if (w.used == 0 || now - w.began >= minute)
    w = {now, 0};
  const bool granted = w.used < per_minute_;
  if (granted)
    ++w.used;
  const auto left = std::chrono::ceil<seconds>(minute - (now - w.began));
  return {granted, per_minute_, per_minute_ - w.used, std::max<std::int64_t>(1, left.count())};
}

void request_limit::forget(steady_time now) {
  std::erase_if(windows_, [now](const auto& entry) { return now - entry.second.began >= minute; });
  swept_ = now;
}

void add_allowance(reply& to, const allowance& what) {
  const auto limit = std::to_string(what.limit);
  const auto remaining = std::to_string(what.remaining);
  const auto reset = std::to_string(what.reset_seconds);
  add_header(to, "RateLimit", "\"user\";r=" + remaining + ";t=" + reset);
  add_header(to, "RateLimit-Policy", "\"user\";q=" + limit + ";w=60");
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
