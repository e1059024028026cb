#pragma once

#include "protocol/event.hpp"
#include "protocol/notification.hpp"
#include "protocol/preferences.hpp"

#include <cstdint>
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

/// What a repeat under an idempotency key must share with the first; one that does not is refused.
enum class likeness : std::uint8_t {
  body,   ///< every byte of the request
  event,  ///< what it says, in whatever form
  key,    ///< nothing more: all that comes under the key is a duplicate of the first
};

/// An event as a producer wrote it, validated; id and creation time are not set.
struct event_draft {
  event what{};
  /// From the body; an `Idempotency-Key` header wins over it.
  std::string idempotency_key{};
  likeness alike{likeness::body};
  /// What the inbox rows are that it becomes at once, from a `level`; those of a digest or a bulk
  /// are `info`.
  notification_type type{notification_type::info};
};

/// One message to one person on several channels at once, as a producer wrote it. Who it is for is
/// a text (an address, and the inbox's user id), a user id, or an address for each channel.
struct mailing_draft {
  /// Title, words, priority, extra_data and trace; its audience is not set.
  notification what{};
  std::vector<std::string> channels{};
  /// Every name that the producer wrote for one of them, to the name it has here.
  std::map<std::string, std::string> asked{};
  /// The producer said how urgent it is; otherwise a template may.
  bool priority_given{false};
  std::string recipient{};
  std::string user_id{};
  /// Channel name to address.
  std::map<std::string, std::string> addresses{};
  /// The template that gives the words, filled with `extra_data`, and the channels too where none
  /// is named; empty for the notification's own.
  std::string template_code{};
  std::string locale{};
};

/// What planning must know of one user.
struct recipient_facts {
  /// Channel name to address.
  std::map<std::string, std::string> addresses{};
  std::string locale{};
  std::string time_zone{};
  /// Null for none.
  preferences_ptr preferences{};
  /// Their roles and stores as stored, for audiences on addressed channels.
  std::vector<std::string> roles{};
  std::vector<std::string> stores{};
  /// False where only preferences are stored under the name, which may as well be an address.
  bool listed{true};
};

/// User id to what is stored of them; a user nobody stored is absent.
using facts = std::map<std::string, recipient_facts>;

}  // namespace carillon
