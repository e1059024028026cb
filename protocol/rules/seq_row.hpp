#pragma once

#include "protocol/notification.hpp"
#include "protocol/time.hpp"

#include <cstdint>
#include <optional>

namespace carillon::rules {

/// A row of the inbox on its way to live connections, and when its commit was: the epoch for a
/// replayed row, whose way is not measured.
struct seq_row {
  notification_ptr what{};
  steady_time committed{};
  /// When its one reader read it, where a replay is theirs.
  std::optional<timestamp> read_at{};
};

/// Rows of (after, upto].
struct seq_range {
  std::int64_t after{0};
  std::int64_t upto{0};

  friend bool operator==(const seq_range&, const seq_range&) = default;
};

}  // namespace carillon::rules
