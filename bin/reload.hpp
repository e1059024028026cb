#pragma once

#include "bin/config/config.hpp"

#include <string>
#include <vector>

namespace carillon {

/// What a reload comes to.
struct reload_plan {
  /// The running configuration with what can change taken over.
  config next{};
  /// The keys taken over, where they differ.
  std::vector<std::string> changed{};
  /// Keys that differ but only take effect at the next start.
  std::vector<std::string> later{};
};

/// Takes over what a running node can change: channels, routes, who may ask (keys, tokens, limits,
/// origins), the log's level.
reload_plan plan_reload(const config& running, config fresh);

}  // namespace carillon
