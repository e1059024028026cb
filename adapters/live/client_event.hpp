#pragma once

#include "protocol/actors.hpp"
#include "protocol/error.hpp"

#include <string>
#include <string_view>
#include <variant>

namespace carillon::live {

/// The client asks whether we are there.
struct client_ping {};

/// What a client asks of its session.
struct client_request {
  command_kind kind{command_kind::read};
  std::string argument{};
};

using client_event = std::variant<client_ping, client_request>;

/// Reads a client's text `{"event":…,"data":…}`: `malformed` for what is no such object, `invalid`
/// for an event that is unknown or lacks what it needs.
result<client_event> read_client_event(std::string_view text);

}  // namespace carillon::live
