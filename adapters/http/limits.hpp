#pragma once

#include "adapters/http/reply.hpp"
#include "protocol/time.hpp"

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace carillon::http {

/// Where a user stands in the minute that began with their first request.
struct allowance {
  bool granted{true};
  std::int64_t limit{0};
  std::int64_t remaining{0};
  /// Until the minute is over.
  std::int64_t reset_seconds{0};
};

/// Requests per user and minute. Safe from any thread; holds at most the users of one minute.
class request_limit {
 public:
  explicit request_limit(std::int64_t per_minute) : per_minute_(per_minute) {}

  bool on() const noexcept { return per_minute_ > 0; }

  /// Counts one request of this user.
  allowance take(std::string_view user, steady_time now);

 private:
  struct window {
    steady_time began{};
    std::int64_t used{0};
  };

  void forget(steady_time now);

  const std::int64_t per_minute_;
  std::mutex mutex_;
  std::unordered_map<std::string, window> windows_;
  steady_time swept_{};
};

/// Adds `RateLimit`, `RateLimit-Policy` and the older `X-RateLimit-*`.
void add_allowance(reply& to, const allowance& what);

/// The refusal once the allowance is used up.
reply too_many_requests(const allowance& what, std::string_view trace_id);

}  // namespace carillon::http
