#pragma once

#include "protocol/answer.hpp"
#include "protocol/channel.hpp"
#include "protocol/scope_history.hpp"
#include "protocol/standing.hpp"
#include "protocol/transport.hpp"

#include <cstdint>
#include <memory>
#include <variant>

namespace carillon {

/// The channel starts no attempt until it is resumed; what it has waits in storage.
struct pause_sending {
  std::shared_ptr<answer<channel_standing>> reply{};
};

/// The channel sends again, one whose credentials were refused too.
struct resume_sending {
  std::shared_ptr<answer<channel_standing>> reply{};
};

/// Tests the credentials and sends nobody anything; a channel whose credentials were refused sends
/// again when they are good. `not_found` where the provider has no such test.
struct probe_now {
  std::shared_ptr<answer<probe_report>> reply{};
};

/// The channel is configured anew, under the same name: what is under way ends as it began, what is
/// sent from now on follows these. Refused credentials are forgotten.
struct reconfigure {
  channel_settings settings{};
  channel_ptr channel{};
  std::shared_ptr<answer<channel_standing>> reply{};
};

/// How does the channel stand?
struct ask_standing {
  std::shared_ptr<answer<channel_standing>> reply{};
};

/// What the channel asked storage about the scopes of deliveries that it holds; null where storage
/// did not say.
struct recall {
  std::shared_ptr<const scope_history> what{};
};

/// The request of a delivery's attempt was written; `generation` is the sender's.
struct attempt_written {
  std::uint64_t generation{0};
  delivery_id delivery{};
  peer by{peer::heard};
};

/// What a running channel is asked or told from outside its work; an answer may be left out.
struct channel_order {
  std::variant<pause_sending, resume_sending, probe_now, reconfigure, ask_standing, recall,
               attempt_written>
    what{};
};

}  // namespace carillon
