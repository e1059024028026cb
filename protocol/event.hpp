#pragma once

#include "protocol/id.hpp"
#include "protocol/notification.hpp"
#include "protocol/time.hpp"

#include <optional>
#include <string>
#include <vector>

namespace carillon {

/// "This happened", as a producer says it and as it is stored.
struct event {
  event_id id{};
  std::string type{};
  std::string source{};
  /// What it is about; with `sub_id`, channel and recipient it makes the lock that sends once.
  std::string entity_id{};
  std::string sub_id{};
  /// User ids, or addresses where a channel takes them.
  std::vector<std::string> recipients{};
  /// A JSON object as text.
  std::string data{"{}"};
  std::optional<carillon::priority> priority{};
  std::string locale{};
  std::string trace_id{};
  /// Who posted it.
  std::string subject{};
  /// Names of the routes it fitted.
  std::vector<std::string> routes{};
  timestamp occurred_at{};
  timestamp created_at{};
};

}  // namespace carillon
