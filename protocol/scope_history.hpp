#pragma once

#include "protocol/time.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace carillon {

/// What storage knows of scopes' uses before this process.
struct scope_history {
  /// When attempts that counted against each key were started, in order.
  std::map<std::string, std::vector<timestamp>> uses{};
  /// When a dead owner's claim was last freed: what was under way then left no trace.
  std::optional<timestamp> released{};
};

}  // namespace carillon
