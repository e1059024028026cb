#pragma once

#include "protocol/delivery.hpp"
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

/// What storage knows of a channel's sending before this process.
struct channel_history {
  /// When it last used its rate: the later of its last attempt's start and the last time a dead
  /// owner's claim was freed; nothing where neither was.
  std::optional<timestamp> last_use{};
  /// What its provider wants left alone, as `attempt::frozen`; the latest ends, at most 65,536.
  std::vector<scope_use> frozen{};
};

}  // namespace carillon
