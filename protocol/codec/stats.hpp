#pragma once

#include "protocol/query.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace carillon::codec {

/// Who is connected to this node.
struct live_counts {
  std::size_t connections{0};
  std::size_t users_online{0};
};

/// `{"total","unread","by_type","by_priority"}`, and for an operator `connections`, `users_online`
/// and `deliveries`. Every word of an enumeration is a member, also with 0.
std::string stats_json(const inbox_stats& stats, const std::optional<live_counts>& live);

}  // namespace carillon::codec
