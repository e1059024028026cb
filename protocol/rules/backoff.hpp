#pragma once

#include "protocol/channel.hpp"
#include "protocol/time.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace carillon::rules {

/// The wait after the n-th attempt that used the budget (n from 1; less counts as 1). `random` is
/// the chance that full jitter draws with: any 64 bits.
milliseconds backoff(const retry_policy& policy, int n, std::uint64_t random);

/// `admin`: 10 s, 30 s, 120 s, 600 s and dead after 5 attempts. `exponential`: 1 s doubled up to
/// 10 min, full jitter, 5 attempts. `minutes`: 1 min, 5 min, 30 min, 4 attempts.
std::optional<retry_policy> find_preset(std::string_view name);

}  // namespace carillon::rules
