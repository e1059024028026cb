#pragma once

#include "protocol/event.hpp"
#include "protocol/notification.hpp"
#include "protocol/preferences.hpp"

#include <map>
#include <string>
#include <vector>

namespace carillon {

/// A notification as a producer wrote it, validated; id, seq and creation time are not set.
struct notification_draft {
  notification what{};
  std::vector<std::string> channels{"system"};
  std::string locale{};
};

/// An event as a producer wrote it, validated; id and creation time are not set.
struct event_draft {
  event what{};
  /// From the body; an `Idempotency-Key` header wins over it.
  std::string idempotency_key{};
};

/// What planning must know of one user.
struct recipient_facts {
  /// Channel name to address.
  std::map<std::string, std::string> addresses{};
  std::string locale{};
  std::string time_zone{};
  /// Null for none.
  preferences_ptr preferences{};
  /// False where only preferences are stored under the name, which may as well be an address.
  bool listed{true};
};

/// User id to what is stored of them; a user nobody stored is absent.
using facts = std::map<std::string, recipient_facts>;

}  // namespace carillon
