#pragma once

#include "protocol/delivery.hpp"
#include "protocol/error.hpp"
#include "protocol/transport.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace carillon {

/// No window of length `per` ever holds more than `count` attempts; `burst` 0 means count / 4.
struct rate_limit {
  int count{0};
  milliseconds per{0};
  int burst{0};

  friend bool operator==(const rate_limit&, const rate_limit&) = default;
};

/// The waits between attempts. With a `schedule`, wait n is its n-th entry and the last repeats;
/// without one, wait n is `base` doubled n - 1 times, at most `cap`, drawn between 0 and itself
/// where `full_jitter` says so.
struct retry_policy {
  std::vector<milliseconds> schedule{};
  milliseconds base{0};
  milliseconds cap{0};
  bool full_jitter{false};
  /// Attempts in all, the first included.
  int max_attempts{5};

  friend bool operator==(const retry_policy&, const retry_policy&) = default;
};

/// A channel as the operator configured it. `keys` holds what only its type knows (a URL, a
/// secret), lists joined by line feeds.
struct channel_settings {
  std::string name{};
  std::string type{};
  bool enabled{true};
  std::optional<rate_limit> rate{};
  int concurrency{4};
  milliseconds timeout{15000};
  milliseconds max_age{std::chrono::hours{24}};
  retry_policy retry{};
  /// Backup channels in order.
  std::vector<std::string> failover{};
  std::map<std::string, std::string> keys{};
};

/// The moment and the chance a request is composed with.
struct stamp {
  timestamp now{};
  std::uint64_t random{0};
};

/// What an answer means. Nothing else may be said of an attempt.
struct outcome {
  /// `none` is delivered.
  carillon::error_class error_class{carillon::error_class::none};
  std::string provider_code{};
  std::string provider_message_id{};
  /// The beginning of the answer for the attempt log, without secrets.
  std::string excerpt{};
  /// The provider's own wish for when to come back; 0 when it said nothing.
  milliseconds wait{0};
};

/// A provider as two pure functions. Implementations hold their settings and nothing that changes.
class channel {
 public:
  virtual ~channel() = default;

  /// The exact request for one attempt; an `invalid` error makes the delivery dead at once as
  /// `invalid_request`.
  virtual result<request> compose(const delivery& what, const stamp& at) const = 0;

  /// Reads what came back; never throws on any bytes.
  virtual outcome judge(const transport_result& came, timestamp now) const = 0;
};

using channel_ptr = std::shared_ptr<const channel>;

}  // namespace carillon
