#pragma once

#include "tests/bench/loads.hpp"

#include <string>
#include <string_view>

namespace carillon::bench {

/// How a subscriber asks for its stream and understands it.
struct dialect {
  std::string target{};
  /// Further lines of its request, each ended by CRLF.
  std::string headers{};
  /// Frames of a WebSocket, else Server-Sent Events.
  bool framed{true};
  /// What it says once it is let in; empty for nothing.
  std::string first_word{};
  /// What the engine sends when nothing can be missed any more; empty where that is from the start.
  std::string_view begins{};
  /// How a text that is a notification begins.
  std::string_view news{};
};

/// The live stream of this user, in that form: `plain`, `envelope`, `sse` or `socketio`.
dialect live_stream(const target& to, std::string_view form, std::string_view user);

}  // namespace carillon::bench
