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

/// The client asks for what is its own user's, which it gets anyway.
struct client_join {};

using client_event = std::variant<client_ping, client_request, client_join>;

/// Reads a client's text `{"event":…,"data":…}`: `malformed` for what is no such object, `invalid`
/// for an event that is unknown or lacks what it needs.
result<client_event> read_client_event(std::string_view text);

/// The same of a Socket.IO event's arguments, `["name", data]`. `subscribe` may also name the user
/// whose connection it is, and no other: `forbidden`.
result<client_event> read_client_arguments(std::string_view text, std::string_view user_id);

}  // namespace carillon::live
