#include "adapters/live/websocket.hpp"

#include "adapters/live/client_event.hpp"
#include "protocol/codec/frames.hpp"
#include "protocol/codec/live_events.hpp"

#include <spdlog/spdlog.h>
#include <caf/send.hpp>

#include <exception>
#include <utility>
#include <variant>

namespace carillon::live {

websocket::websocket(shard& on, live_services_ptr with, connection_parts parts,
                     websocket_opening opening)
    : socket_connection(on, std::move(with), std::move(parts)),
      intake_(std::move(opening.leftover)),
      heard_(on.now()) {
  queue_.add(std::make_shared<const std::string>(std::move(opening.greeting)));
}

std::string websocket::encode(const live_event& what) const {
  return codec::websocket_frame(codec::opcode_text, codec::envelope(what.name, what.data));
}

void websocket::say(std::uint8_t opcode, std::string_view payload) {
  enqueue(codec::websocket_frame(opcode, payload));
}

void websocket::shut(close_code code, std::string_view reason) {
  wind_down(close_frame(code, reason), phase::closing);
}

void websocket::beat() {
  if (paused())
    heard_ = shard_.now();  // its silence is ours: nothing is read
  if (shard_.now() - heard_ >= 2 * services_->heartbeat)
    shut(close_code::policy, "no answer to pings");
  else
    say(codec::opcode_ping, {});
}

// -- what the client sends --------------------------------------------------------------------

/// Until its session takes it what the client sends stays in the socket, then one command at a
/// time is in work.
bool websocket::paused() const noexcept {
  return phase_ == phase::waiting || (phase_ == phase::open && working_);
}

void websocket::go_on() {
  working_ = false;
  feed({});
}

/// Follows the client's bytes until it has to wait; what is left then is kept.
void websocket::feed(std::span<const char> bytes) {
  heard_ = shard_.now();
  intake_.feed(
    bytes, [this] { return !paused() && phase_ < phase::lingering; }, [this] { return paused(); },
    [this](const client_frame& what) { receive(what); },
    [this](const violation& why) { wind_down(close_frame(why.code, why.why), phase::lingering); });
  await_input();
}

void websocket::receive(const client_frame& what) {
  if (what.opcode == codec::opcode_close)
    receive_close(what.payload);
  else if (!live())
    return;  // only the answer to our close frame still matters
  else if (what.opcode == codec::opcode_ping)
    say(codec::opcode_pong, what.payload);
  else if (what.opcode == codec::opcode_text)
    receive_text(what.payload);
}

void websocket::receive_text(std::string_view text) {
  if (text == "ping")
    return say(codec::opcode_pong, {});
  try {
    const auto event = read_client_event(text);
    if (!event)
      return enqueue(encode(codec::error_event(event.error())));
    if (const auto* asked = std::get_if<client_request>(&*event)) {
      working_ = true;
      caf::anon_send(session_, std::make_shared<const client_command>(
                                 client_command{shared_from_this(), asked->kind, asked->argument}));
    } else if (format() == frame_format::envelope) {
      enqueue(encode({"pong", "{}"}));
    } else {
      say(codec::opcode_pong, {});
    }
  } catch (const std::exception& failure) {
    spdlog::error("live: a client's message failed: {}", failure.what());
    wind_down(close_frame(close_code::internal_error, "the message could not be handled"),
              phase::lingering);
  }
}

/// Answers with the peer's own code; the answer to ours needs none.
void websocket::receive_close(std::string_view payload) {
  wind_down(codec::websocket_frame(codec::opcode_close, payload.substr(0, 2)), phase::lingering);
}

}  // namespace carillon::live
