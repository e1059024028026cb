#pragma once

#include "protocol/notification.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace date {
class time_zone;
}

namespace carillon {

/// Switches something on or off; what it leaves open fits everything.
struct preference_rule {
  std::optional<notification_type> type{};
  /// Empty for any.
  std::string source{};
  /// Empty for any; `system` is the live push.
  std::string channel{};
  bool enabled{true};
};

/// A stretch of local time that begins on each of its days. Where `to` is not after `from` it ends
/// on the next day, so that from a time to the same time is 24 hours.
struct quiet_window {
  /// In the order they were written, each once.
  std::vector<std::chrono::weekday> days{};
  std::chrono::minutes from{0};
  std::chrono::minutes to{0};
};

/// When a user is not to be disturbed.
struct quiet_times {
  /// As IANA calls it.
  std::string time_zone{};
  /// That zone; it lives as long as the process.
  const date::time_zone* zone{nullptr};
  std::vector<quiet_window> windows{};
};

/// What a user wants to be told, and when.
struct preferences {
  /// The first that fits decides.
  std::vector<preference_rule> rules{};
  std::optional<quiet_times> do_not_disturb{};
};

using preferences_ptr = std::shared_ptr<const preferences>;

/// A user's preferences as they hold for every `seq` above `since`, until the next version's.
struct preferences_version {
  std::int64_t since{0};
  preferences_ptr what{};
};

/// A user's preferences changed; told before anything that they hold for.
struct preferences_change {
  std::string user_id{};
  preferences_version version{};
};
using preferences_change_ptr = std::shared_ptr<const preferences_change>;

}  // namespace carillon
