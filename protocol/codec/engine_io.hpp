#pragma once

#include "protocol/time.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carillon::codec {

/// The kinds of packets of Engine.IO 4, by the character they begin with.
enum class engine_kind : char {
  open = '0',
  close = '1',
  ping = '2',
  pong = '3',
  message = '4',
  upgrade = '5',
  noop = '6',
  binary = 'b',  ///< a binary message in base64; only in polled bodies
};

/// One packet; `data` is a view into what was read.
struct engine_packet {
  engine_kind is{engine_kind::noop};
  std::string_view data{};
};

/// What stands between the packets of a polled body.
inline constexpr char engine_separator = '\x1e';

/// Reads one packet; nothing for what begins with no kind.
std::optional<engine_packet> read_engine_packet(std::string_view text);

/// Reads a polled body's packets, in their order; nothing where one of them is none.
std::optional<std::vector<engine_packet>> read_engine_packets(std::string_view body);

/// The packet as it is sent.
std::string engine_text(engine_kind is, std::string_view data = {});

/// What a client is told when it opens a session.
struct engine_opening {
  std::string_view sid{};
  /// It may go on over a WebSocket.
  bool upgradable{false};
  milliseconds ping_interval{25'000};
  milliseconds ping_timeout{20'000};
  /// Of a body it posts, in bytes.
  std::size_t max_payload{0};
};

/// The open packet.
std::string engine_open(const engine_opening& what);

/// Appends what WebSocket frames carry to a polled body. `frames` are whole, as `websocket_frame`
/// makes them; only text is taken over.
void append_polled(std::string& body, std::string_view frames);

/// Why a request is refused, by Engine.IO's own numbers.
enum class engine_fault : std::uint8_t {
  unknown_transport,
  unknown_session,
  bad_method,
  bad_request,
  forbidden,
  unsupported_version,
};

/// `{"code":…,"message":…}`.
std::string engine_fault_json(engine_fault why);

}  // namespace carillon::codec
