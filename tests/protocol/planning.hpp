#pragma once

#include "protocol/route.hpp"
#include "protocol/time.hpp"

#include <string>
#include <utility>

namespace carillon::tests {

/// When what is planned was asked for.
inline constexpr auto asked_at = from_millis(1'771'583'400'000);

/// A channel as planning sees it.
inline channel_entry entry(std::string type, bool needs_address) {
  channel_entry out;
  out.settings.type = std::move(type);
  out.settings.max_age = std::chrono::hours{1};
  out.settings.retry.max_attempts = 3;
  out.needs_address = needs_address;
  return out;
}

}  // namespace carillon::tests
