#pragma once

#include "protocol/preferences.hpp"
#include "protocol/time.hpp"

#include <optional>
#include <string>

namespace carillon::rules {

/// The zone of that IANA name, with its history loaded; null where this system has none such. Safe
/// from any thread.
const date::time_zone* find_time_zone(const std::string& name);

/// Whether a window holds that moment. Windows are read on the clock on the wall: an hour that the
/// change to winter time repeats is quiet both times, one that the change to summer time leaves out
/// is nobody's.
bool quiet_at(const quiet_times& wanted, timestamp at);

/// The first moment from `at` on that no window holds; nothing where none comes within eight days,
/// because the windows leave no room in a week.
std::optional<timestamp> quiet_until(const quiet_times& wanted, timestamp at);

}  // namespace carillon::rules
