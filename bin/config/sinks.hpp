#pragma once

#include "bin/config/section.hpp"
#include "protocol/channel.hpp"

#include <map>
#include <string>
#include <vector>

namespace carillon {

/// Who hears how deliveries end, and how it is reached.
struct sink_settings {
  /// Its channel, named as `sink_prefix` and the sink's name.
  channel_settings channel{};
  bool sent{false};
  bool dead{false};
};

}  // namespace carillon

namespace carillon::configuration {

/// Reads `[sinks.NAME]`, by name: `events`, and what a webhook channel has but `failover`.
std::map<std::string, sink_settings> read_sinks(const node& from, std::vector<fault>& faults);

}  // namespace carillon::configuration
