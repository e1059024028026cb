#pragma once

#include "protocol/channel.hpp"
#include "protocol/time.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace carillon::rules {

/// A whole number and a unit, `500ms 3s 10m 1h 7d` (`min` is `m`); at most ten years.
std::optional<milliseconds> parse_duration(std::string_view text);

/// A rate limit as an operator writes it: `20/min`, `5/s`, `20/2s`, `1000/h`; the inner nothing is
/// `off`, the outer nothing is a text that says neither. `burst` stays 0.
std::optional<std::optional<rate_limit>> parse_rate(std::string_view text);

/// A retry policy as an operator writes it: durations between commas, `10s,30s,120s,600s`, where n
/// waits mean n + 1 attempts; or the name of a preset, `admin`, `exponential` or `minutes`.
std::optional<retry_policy> parse_schedule(std::string_view text);

// The reverse, in the shortest form that reads back the same.

std::string to_text(milliseconds x);
std::string to_text(const std::optional<rate_limit>& x);
/// The waits of a schedule; nothing to show of a policy without one.
std::string schedule_text(const retry_policy& x);

}  // namespace carillon::rules
