#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

namespace carillon::bench {

using clock = std::chrono::steady_clock;

inline double seconds_since(clock::time_point start) {
  return std::chrono::duration<double>(clock::now() - start).count();
}

inline std::int64_t micros_now() {
  return std::chrono::duration_cast<std::chrono::microseconds>(clock::now().time_since_epoch())
    .count();
}

/// The value below which that share of the samples lies; reorders them.
inline double percentile(std::vector<std::uint32_t>& samples, double share) {
  if (samples.empty())
    return 0;
  auto at = samples.begin() + static_cast<std::ptrdiff_t>(share * double(samples.size() - 1));
  std::nth_element(samples.begin(), at, samples.end());
  return *at;
}

}  // namespace carillon::bench
