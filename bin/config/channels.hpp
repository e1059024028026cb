#pragma once

#include "bin/config/section.hpp"
#include "protocol/channel.hpp"

#include <map>
#include <string>
#include <vector>

namespace carillon::configuration {

/// Reads `[channels.NAME]`, each checked against what its type knows.
std::map<std::string, channel_settings> read_channels(const node& from, std::vector<fault>& faults);

}  // namespace carillon::configuration
