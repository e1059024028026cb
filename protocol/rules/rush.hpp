#pragma once

#include "protocol/time.hpp"

#include <cstdint>

namespace carillon::rules {

/// How long to wait with what could go within the first minute of an hour or half hour, when
/// everybody's timers ring: until a moment of that minute that `random`, any 64 bits, draws. 0 at
/// all other times, and, by the same `random`, once that moment has come.
milliseconds past_the_rush(timestamp now, std::uint64_t random);

}  // namespace carillon::rules
