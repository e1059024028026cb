#pragma once

#include "protocol/preferences.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace carillon::rules {

/// Whether a rule switches this off on the channel; the first one that fits decides.
bool switched_off(const preferences& wanted, notification_type type, std::string_view source,
                  std::string_view channel);

/// Whether a notification that is visible stays out of the live stream: by a rule for `system`, or
/// because it became visible at a time to be quiet and is not urgent.
bool suppressed(const preferences& wanted, const notification& what);

/// The versions of one user's preferences that still matter. Each row is judged by the version that
/// held when it got its `seq`, so that pushes, replays and lists always agree.
class preference_history {
 public:
  /// So many are kept; rows from before the oldest are not suppressed.
  static constexpr std::size_t max_versions = 100;

  /// Adds a version, in place of one with the same `since`.
  void tell(preferences_version version);

  /// Adds what storage has, which may be older than what was told.
  void fill(std::vector<preferences_version> stored);

  bool suppresses(const notification& row) const;

  /// No row up to that `seq` will be asked about any more.
  void forget(std::int64_t seq) noexcept;

  bool empty() const noexcept { return versions_.empty(); }

 private:
  /// By `since`.
  std::vector<preferences_version> versions_;
};

}  // namespace carillon::rules
