#pragma once

#include "adapters/channels/robot.hpp"
#include "protocol/channel.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace carillon::channels::feishu {

/// A message's type and its content: a JSON object as text.
struct message {
  std::string msg_type{};
  std::string content{};
};

/// How long a content may be, in bytes.
struct limits {
  std::size_t text{};
  std::size_t card{};
};

/// A card with the words as markdown, or a plain text where the data (`msg_type`) wants it so; cut
/// with a mark. Who is mentioned by a user id is; mobiles mean nothing to Feishu.
message message_of(const content& words, const limits& most);

/// The signature of a robot's message: the key is `timestamp`, in seconds, and the secret, and what
/// is signed is empty.
std::string signature(std::int64_t timestamp, std::string_view secret);

}  // namespace carillon::channels::feishu
