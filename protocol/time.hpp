#pragma once

#include <chrono>
#include <functional>

namespace carillon {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Wall time, UTC, in milliseconds: what is stored and shown.
using timestamp = std::chrono::sys_time<milliseconds>;

/// Steady time: what waits and rates are measured with.
using steady_time = std::chrono::steady_clock::time_point;

/// Tells the wall time. Nothing below `bin` reads a clock of its own; tests tell their own time.
using wall_clock = std::function<timestamp()>;

/// Milliseconds since the epoch, as stored.
constexpr std::int64_t to_millis(timestamp t) noexcept {
  return t.time_since_epoch().count();
}

/// The reverse of `to_millis`.
constexpr timestamp from_millis(std::int64_t n) noexcept {
  return timestamp{milliseconds{n}};
}

}  // namespace carillon
