#pragma once

#include "protocol/actors.hpp"

#include <caf/fwd.hpp>

#include <cstdint>
#include <memory>
#include <variant>

namespace carillon {

/// A connection wants to be told who comes and goes, or no longer.
struct watch {
  connection_ptr connection{};
  bool on{true};
};

/// The session that sat in this slot ended by an exception.
struct session_over {
  std::uint32_t slot{0};
  caf::actor_id session{0};
};

/// What storage answered to a question of a life of presence.
struct presence_answer {
  std::uint64_t life{0};
  std::variant<result<inbox_state>, result<seq_page>> what;
};
using presence_answer_ptr = std::shared_ptr<const presence_answer>;

/// Presence as its sessions and presence itself know it.
using presence_control = presence_actor::extend<
  // Tells the connection of those who come and go.
  caf::reacts_to<watch>,
  // Closes what was left of it.
  caf::reacts_to<session_over>,
  // Goes on with what was read.
  caf::reacts_to<presence_answer_ptr>>;

}  // namespace carillon

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::watch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::session_over)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::presence_answer_ptr)
