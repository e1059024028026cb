#pragma once

#include "protocol/channel.hpp"
#include "protocol/notification.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace carillon::rules {
class condition;
}

namespace carillon {

/// Who is told what about which events.
struct route {
  /// For people: where it was configured, such as `routes[2]`.
  std::string name{};
  bool enabled{true};
  /// Segments between dots; `*` is exactly one, `**` any number.
  std::string event{"**"};
  /// A condition on the event, as written; empty for none.
  std::string when{};
  /// `when`, read by `rules::parse_when`; null for none.
  std::shared_ptr<const rules::condition> condition{};
  std::vector<std::string> channels{"system"};
  /// Set where the route names its audience; otherwise the event's recipients are told.
  std::optional<audience> to{};
  /// Fixed addresses for addressed channels.
  std::vector<std::string> addresses{};
  std::optional<carillon::priority> priority{};
  milliseconds delay{0};
  /// Overrides the channels' own failover where not empty.
  std::vector<std::string> failover{};
  /// How long its locks hold; 0 is the retention time.
  milliseconds repeat_after{0};
};

/// A channel as planning sees it.
struct channel_entry {
  channel_settings settings{};
  /// False where the channel itself is the address (a robot, a fixed URL, the inbox).
  bool needs_address{true};
};

/// What is configured, as one immutable picture: replaced whole before a change is answered.
struct catalog {
  std::map<std::string, channel_entry> channels{};
  std::vector<route> routes{};
};

using catalog_ptr = std::shared_ptr<const catalog>;

}  // namespace carillon
