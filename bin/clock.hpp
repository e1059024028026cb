#pragma once

#include "protocol/time.hpp"

namespace carillon {

/// The wall time of this machine: the one clock that everything else is handed.
inline timestamp wall_time() {
  return std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
}

}  // namespace carillon
