#pragma once

#include "protocol/rules/settle.hpp"

#include <optional>

namespace carillon::rules {

/// On which grounds a delivery was sent once more at once while its sender held it; on each it is
/// once at most.
struct resending {
  bool token{false};
  bool plain{false};
  bool address{false};
};

/// What follows where the answer asks for the same to be sent once more at once, with another
/// token, without markup or to another address: the delivery as it goes out next, its try for the
/// log, no attempt used up. The ground is noted; one noted before grants nothing.
std::optional<transition> send_again(const delivery& what, const finished& attempt,
                                     resending& granted);

/// The answer as it counts where nothing is sent again: a token refused although it is new means
/// that the credentials are.
outcome last_word(outcome how);

}  // namespace carillon::rules
