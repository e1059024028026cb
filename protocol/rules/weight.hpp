#pragma once

#include "protocol/notification.hpp"

#include <cstddef>

namespace carillon::rules {

/// What a row takes in memory, in bytes, near enough for a bound.
inline std::size_t weight_of(const notification& x) noexcept {
  return sizeof x + x.title.size() + x.message.size() + x.extra_data.size();
}

}  // namespace carillon::rules
