#pragma once

#include "protocol/channel.hpp"
#include "protocol/notification.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carillon::rules {
class condition;
class template_book;
}  // namespace carillon::rules

namespace carillon {

/// A digest collects for a week at most.
inline constexpr milliseconds longest_digest = std::chrono::days{7};

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
  /// The code of the template its messages are made of; empty for the data's own words.
  std::string template_code{};
  /// Where it was written: `file`, `api` or `built-in`.
  std::string origin{"file"};
  /// A member of the data that names the audience, as `data.owner`; empty for none.
  std::string audience_field{};
  /// At most so many messages to a recipient in any window of that length; none where 0.
  int throttle_count{0};
  milliseconds throttle_per{0};
  /// How long what happens to a recipient is collected, to be told by one message; 0 where each is
  /// told alone.
  milliseconds digest{0};
};

/// A channel as planning sees it.
struct channel_entry {
  channel_settings settings{};
  /// False where the channel itself is the address (a robot, a fixed URL, the inbox).
  bool needs_address{true};
  /// Where messages go that name nobody with an address of their own on it (a bot's chats): one
  /// delivery each.
  std::vector<std::string> addresses{};
  /// Tells an address of the channel from any other text; null where every text may be one.
  bool (*is_address)(std::string_view){nullptr};
};

/// What is configured, as one immutable picture: replaced whole before a change is answered.
struct catalog {
  std::map<std::string, channel_entry> channels{};
  std::vector<route> routes{};
  /// Null where there are none.
  std::shared_ptr<const rules::template_book> templates{};
};

using catalog_ptr = std::shared_ptr<const catalog>;

}  // namespace carillon
