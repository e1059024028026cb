#pragma once

#include "adapters/http/reply.hpp"
#include "protocol/time.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace carillon::http {

/// Where somebody stands in the minute that began with their first request.
struct allowance {
  bool granted{true};
  std::int64_t limit{0};
  std::int64_t remaining{0};
  /// Until the minute is over.
  std::int64_t reset_seconds{0};
  /// What the limit is for: `user` or `producer`.
  std::string_view policy{"user"};
};

/// Requests per user and minute. Safe from any thread. Remembers at most `bound` users; past that
/// those whose minute began first are forgotten.
class request_limit {
 public:
  /// `policy` is a literal. 0 per minute is no limit.
  request_limit(std::string_view policy, std::int64_t per_minute, std::size_t bound = 65'536)
      : policy_(policy), bound_(bound), per_minute_(per_minute) {}

  bool on() const noexcept { return per_minute_ > 0; }

  /// Holds from the next request on, also within minutes that have begun.
  void set(std::int64_t per_minute) noexcept { per_minute_ = per_minute; }

  /// Counts one request of this user.
  allowance take(std::string_view user, steady_time now);

  /// How many users are remembered.
  std::size_t size() const;

 private:
  struct window {
    std::string user{};
    steady_time began{};
    std::int64_t used{0};
  };
  using windows = std::list<window>;

  windows::iterator window_of(std::string_view user, steady_time now);
  void forget_first();

  const std::string_view policy_;
  const std::size_t bound_;
  std::atomic<std::int64_t> per_minute_;
  mutable std::mutex mutex_;
  /// In the order in which their minutes began.
  windows windows_;
  std::unordered_map<std::string_view, windows::iterator> by_user_;
};

/// Adds `RateLimit`, `RateLimit-Policy` and the older `X-RateLimit-*`.
void add_allowance(reply& to, const allowance& what);

/// The refusal once the allowance is used up.
reply too_many_requests(const allowance& what, std::string_view trace_id);

}  // namespace carillon::http
