#pragma once

#include "protocol/answer.hpp"
#include "protocol/id.hpp"
#include "protocol/time.hpp"

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace carillon {

/// A line of the audit log: who changed what. Its id and time are given by the commit.
struct audit_entry {
  audit_id id{};
  timestamp at{};
  /// A user id, or `service:NAME`.
  std::string subject{};
  /// What was done, as `channel.put`.
  std::string action{};
  /// What it was done to, such as a channel's name.
  std::string object{};
  /// A JSON object as text, without secrets; empty for nothing to add.
  std::string detail{};

  friend bool operator==(const audit_entry&, const audit_entry&) = default;
};

/// What the database says of a channel beside the configuration file.
struct channel_record {
  std::string name{};
  /// Its configuration as a JSON object, secrets encrypted; empty where only its state is kept.
  std::string settings{};
  /// Since when an operator keeps it from sending.
  std::optional<timestamp> paused_at{};
  /// Since when its credentials are known to be refused, and what the provider said.
  std::optional<timestamp> broken_at{};
  std::string broken_why{};
  timestamp updated_at{};
};

/// What is stored of a person, for planning: addresses by channel name.
struct recipient_record {
  std::string user_id{};
  std::map<std::string, std::string> addresses{};
  std::vector<std::string> roles{};
  std::vector<std::string> stores{};
  std::string locale{};
  std::string time_zone{};

  friend bool operator==(const recipient_record&, const recipient_record&) = default;
};

/// Keeps a channel's override, or gives the file's configuration back where there is none. The
/// channel is no longer broken then. Dropping one that is not there is `not_found`.
struct override_channel {
  std::string name{};
  std::optional<std::string> settings{};
};

/// Keeps that an operator paused the channel, or resumed it.
struct pause_channel {
  std::string name{};
  bool paused{true};
};

/// Keeps that the channel's credentials were refused, or that they are good again.
struct break_channel {
  std::string name{};
  bool broken{true};
  std::string why{};
};

/// Keeps a key of the configuration with its value as JSON, or gives the file's back.
struct override_setting {
  std::string name{};
  std::optional<std::string> value{};
};

/// Stores a person in place of what was stored of them.
struct put_recipient {
  recipient_record what{};
};

/// Forgets a person; one who is not stored is `not_found`.
struct remove_recipient {
  std::string user_id{};
};

/// Changes to what the engine is told at run time; all or none.
struct administration {
  std::vector<std::variant<override_channel, pause_channel, break_channel, override_setting,
                           put_recipient, remove_recipient>>
    changes{};
  bool done{true};
  answer<bool> reply{};
};

}  // namespace carillon
