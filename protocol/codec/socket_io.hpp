#pragma once

#include "protocol/notification.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace carillon::codec {

/// The kinds of packets of Socket.IO 5, by the digit they begin with.
enum class socket_kind : std::uint8_t {
  connect,
  disconnect,
  event,
  ack,
  connect_error,
  binary_event,
  binary_ack,
};

/// One packet; its views look into what was read.
struct socket_packet {
  socket_kind is{socket_kind::event};
  /// The namespace.
  std::string_view space{"/"};
  /// The sender wants an answer, or this is one.
  std::optional<std::uint64_t> ack{};
  /// JSON, not looked at; empty where there is none.
  std::string_view data{};
};

inline constexpr std::string_view default_space{"/"};

/// Reads what an Engine.IO message carries; nothing for what is no packet.
std::optional<socket_packet> read_socket_packet(std::string_view text);

// Each of these is a whole Engine.IO packet, a message; `data_json` is JSON and goes in as it is.

/// The default namespace is entered. `pid` lets the client ask, when it connects again, for what
/// it missed; without one it will not.
std::string socket_connected(std::string_view sid, std::string_view pid);

/// A namespace may not be entered; `data_json` tells programs more where it is not empty.
std::string socket_refused(std::string_view space, std::string_view message,
                           std::string_view data_json = {});

/// The server ends the connection; the client will not come back by itself.
std::string socket_disconnect();

/// An event. The client keeps the last `offset` it saw and names it when it connects again; none
/// where it is empty.
std::string socket_event(std::string_view name, std::string_view data_json,
                         std::string_view offset = {});

/// The answer to a client's event.
std::string socket_ack(std::uint64_t id, std::string_view data_json);

/// `notification` with its `seq` as offset. `json` is what others see of it; here `body` and
/// `createdAt` are beside `message` and `created_at`.
std::string socket_notification(std::string_view json, const notification& what);

}  // namespace carillon::codec
