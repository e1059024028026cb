#pragma once

#include "protocol/unit.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace carillon {

/// A user's inbox changed by their own hand.
struct inbox_change {
  std::string user_id{};
  mark_kind kind{mark_kind::read};
  std::vector<notification_id> ids{};
  std::int64_t unread{0};
  timestamp at{};
  /// The connection that did it; 0 for HTTP.
  std::uint64_t origin{0};
};
using inbox_change_ptr = std::shared_ptr<const inbox_change>;

}  // namespace carillon
