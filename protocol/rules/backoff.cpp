#include "protocol/rules/backoff.hpp"

#include <algorithm>
#include <cmath>

namespace carillon::rules {

namespace {

/// Doubles step by step so that no exponent overflows.
milliseconds doubled(milliseconds base, milliseconds cap, int times) {
  auto wait = std::min(base, cap);
  while (times-- > 0 && wait < cap)
    wait = wait > cap / 2 ? cap : wait * 2;
  return wait;
}

/// A share of `whole` between nothing and all of it, by the upper 53 bits of the chance.
milliseconds share(milliseconds whole, std::uint64_t random) {
  const double chance = std::ldexp(static_cast<double>(random >> 11), -53);
  return milliseconds{std::llround(chance * static_cast<double>(whole.count()))};
}

}  // namespace

milliseconds backoff(const retry_policy& policy, int n, std::uint64_t random) {
  const int step = std::max(n, 1) - 1;
  if (!policy.schedule.empty()) {
    const auto last = policy.schedule.size() - 1;
    return policy.schedule[std::min(static_cast<std::size_t>(step), last)];
  }
  const auto wait = doubled(policy.base, std::max(policy.cap, policy.base), step);
  return policy.full_jitter ? share(wait, random) : wait;
}

std::optional<retry_policy> find_preset(std::string_view name) {
  using std::chrono::minutes;
  if (name == "admin")
    return retry_policy{.schedule = {seconds{10}, seconds{30}, seconds{120}, seconds{600}},
                        .max_attempts = 5};
  if (name == "exponential")
    return retry_policy{
      .base = seconds{1}, .cap = minutes{10}, .full_jitter = true, .max_attempts = 5};
  if (name == "minutes")
    return retry_policy{.schedule = {minutes{1}, minutes{5}, minutes{30}}, .max_attempts = 4};
  return std::nullopt;
}

}  // namespace carillon::rules
