#pragma once

#include "adapters/channels/robot.hpp"

#include <string>
#include <string_view>

namespace carillon::channels::slack {

/// The three characters that mean something in a message, as entities.
std::string escaped(std::string_view text);

/// A message's text with its title above it, bold but in a `plain` one, and its mentions below. A
/// text over Slack's 40,000 is cut with a mark; the mentions are kept.
std::string message(const content& words, const mentions& at, bool plain);

}  // namespace carillon::channels::slack
