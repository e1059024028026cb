#pragma once

#include "bin/config/section.hpp"
#include "protocol/channel.hpp"
#include "protocol/codec/channel_name.hpp"

#include <map>
#include <string>
#include <vector>

namespace carillon::configuration {

/// Reads `[channels.NAME]`, each checked against what its type knows.
std::map<std::string, channel_settings> read_channels(const node& from, std::vector<fault>& faults);

/// Reads one channel; `path` names it in faults. `below` is what holds where `from` says nothing,
/// such as the file's settings below an override; null for the type's defaults.
channel_settings read_channel(const std::string& name, const node& from, const std::string& path,
                              const channel_settings* below, std::vector<fault>& faults);

/// What is wrong with naming a channel: it is not among these, which must outlive the answer.
codec::text_check unless_in(const std::map<std::string, channel_settings>& channels);

}  // namespace carillon::configuration
