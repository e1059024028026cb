#include "protocol/rules/rush.hpp"

#include <algorithm>
#include <ratio>

namespace carillon::rules {

namespace {

using half_hours = std::chrono::duration<std::int64_t, std::ratio<1800>>;

constexpr milliseconds rush = std::chrono::minutes{1};

}  // namespace

// Whole half hours apart, all time zones of the providers that tell of it ring together.
milliseconds past_the_rush(timestamp now, std::uint64_t random) {
  const auto moment = milliseconds{random % static_cast<std::uint64_t>(rush.count())};
  const auto since = now - std::chrono::floor<half_hours>(now);
  return std::max(moment - since, milliseconds{0});
}

}  // namespace carillon::rules
