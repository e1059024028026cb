#pragma once

#include "protocol/channel.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace carillon {

/// A configuration key that only one type of channel knows.
struct channel_key {
  std::string_view name{};
  bool required{false};
  /// Masked wherever it is shown.
  bool secret{false};
  std::string_view doc{};
};

/// A kind of channel: its name in the configuration and what is particular to it.
struct channel_type {
  std::string_view name{};
  std::string_view doc{};
  /// False where the channel itself is the address (a robot, a fixed URL, the inbox).
  bool needs_address{true};
  /// A key that, where it is given, is itself the address (a Slack webhook).
  std::string_view address_key{};
  /// A key that lists where messages go that name nobody with an address of their own.
  std::string_view addresses_key{};
  /// A key with which the default rate is not that of the whole channel, since each of its scopes
  /// has its own (a Slack bot's conversations).
  std::string_view scoped_key{};
  /// Tells an address from any other text; null where every text may be one.
  bool (*is_address)(std::string_view){nullptr};
  /// Rate, concurrency, timeout and retry where the operator says nothing (CHANNELS.md 0.4).
  channel_settings defaults{};
  std::vector<channel_key> keys{};
  /// Makes one from its settings, `invalid` with a fault for each key that is wrong; null for
  /// `system`, which the commit itself delivers.
  result<channel_ptr> (*make)(const channel_settings& settings){nullptr};
};

/// Every type, in the order of the documentation.
std::span<const channel_type> channel_types();

/// The type of that name, or null.
const channel_type* find_channel_type(std::string_view name);

/// Whether what goes out on it must be addressed; true for an unknown type.
bool needs_address(const channel_settings& settings);

/// Where messages go on it that name nobody with an address of their own; none where they go
/// nowhere then.
std::vector<std::string> fixed_addresses(const channel_settings& settings);

/// Makes a channel, whose outcomes give none of its secrets away; null for `system`. An unknown
/// type is `invalid`.
result<channel_ptr> make_channel(const channel_settings& settings);

}  // namespace carillon
