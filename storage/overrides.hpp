#pragma once

#include "protocol/administration.hpp"
#include "storage/work.hpp"

#include <map>
#include <string>
#include <vector>

namespace carillon::storage {

// What the API changes of the configuration: `channel_settings` and `settings`.

/// All there is of channels, by name.
std::vector<channel_record> read_channel_records(connection& db);

/// Changed keys with their values.
std::map<std::string, std::string> read_setting_records(connection& db);

/// Whether the channel has an override.
bool is_overridden(connection& db, const std::string& channel);

void apply_change(work& w, const override_channel& what, timestamp now);
void apply_change(work& w, const pause_channel& what, timestamp now);
void apply_change(work& w, const break_channel& what, timestamp now);
void apply_change(work& w, const override_setting& what, timestamp now);

}  // namespace carillon::storage
