#pragma once

#include "protocol/unit.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace carillon {

/// How many a read-all names.
inline constexpr std::int64_t most_named = 1000;

/// A user's inbox changed by their own hand.
struct inbox_change {
  std::string user_id{};
  mark_kind kind{mark_kind::read};
  /// What changed; of a read-all that marked more than `most_named` the newest.
  std::vector<notification_id> ids{};
  std::int64_t unread{0};
  timestamp at{};
  /// The connection that did it; 0 for HTTP.
  std::uint64_t origin{0};
  /// More than `ids` names: everything that was unread.
  bool all{false};
};
using inbox_change_ptr = std::shared_ptr<const inbox_change>;

}  // namespace carillon
