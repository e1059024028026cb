#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace carillon::codec {

/// Opcodes of RFC 6455 section 5.2.
enum : std::uint8_t {
  opcode_continuation = 0,
  opcode_text = 1,
  opcode_binary = 2,
  opcode_close = 8,
  opcode_ping = 9,
  opcode_pong = 10,
};

/// One unfragmented, unmasked server frame.
std::string websocket_frame(std::uint8_t opcode, std::string_view payload);

/// `{"event":…,"data":…}`; `data_json` is JSON and goes in as it is.
std::string envelope(std::string_view event, std::string_view data_json);

/// One event of a Server-Sent Events stream, with the empty line that ends it. Lines of `data` are
/// told as such; the event's name has one.
std::string server_sent_event(std::string_view event, std::string_view data,
                              std::optional<std::int64_t> id = {});

}  // namespace carillon::codec
