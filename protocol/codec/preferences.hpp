#pragma once

#include "protocol/codec/channel_name.hpp"
#include "protocol/error.hpp"
#include "protocol/preferences.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace carillon::codec {

inline constexpr std::size_t max_preference_rules = 100;
inline constexpr std::size_t max_quiet_windows = 20;

/// Reads a user's preferences: `malformed` where it is not JSON, `invalid` with every fault where
/// it breaks a rule, unknown members and time zones among them. `objection` says which channels are
/// known by another name (`own_name`); a rule may be about one that is not there.
result<preferences> decode_preferences(std::string_view body, const text_check& objection = {});

/// The same as a client reads it and may put it back: both members present, `do_not_disturb` null
/// where there is none, a rule's open members left out.
std::string preferences_json(const preferences& what);

}  // namespace carillon::codec
