// The client's side of a connection: what it sends and how it is followed.

#include "adapters/live/client_event.hpp"
#include "adapters/live/connection.hpp"
#include "protocol/codec/frames.hpp"
#include "protocol/codec/live_events.hpp"

#include <spdlog/spdlog.h>
#include <caf/send.hpp>

#include <exception>
#include <utility>
#include <variant>

namespace carillon::live {

/// Goes on reading, unless the client has to wait or that is under way.
void websocket::await_input() {
  if (phase_ == phase::ended || paused() || reading_)
    return;
  reading_ = true;
  const auto go_on = [me = self()](boost::system::error_code failed) {
    me->reading_ = false;
    if (!failed && me->phase_ != phase::ended)
      me->read();
  };
  if (stream_->has_pending())
    shard_.post([go_on] { go_on({}); });
  else
    stream_->socket().async_wait(awaited_, go_on);
}

void websocket::read() {
  if (paused())
    return;
  const auto buffer = shard_.scratch();
  const auto step = stream_->read(buffer);
  awaited_ = step.what == stream::state::want_write ? stream::socket_type::wait_write
                                                    : stream::socket_type::wait_read;
  if (step.what == stream::state::closed || step.what == stream::state::failed)
    return end();
  heard_ = shard_.now();
  feed(buffer.first(step.bytes));
  flush();
}

/// Understands what waits from before, then goes on reading.
void websocket::understand() {
  const auto waiting = std::exchange(unread_, nullptr);
  feed(waiting ? std::span<const char>{*waiting} : std::span<const char>{});
}

/// Follows the client's bytes until it has to wait; what is left then is kept.
void websocket::feed(std::span<const char> bytes) {
  while (!bytes.empty() && !paused() && phase_ < phase::lingering) {
    if (!parser_)
      parser_ = std::make_unique<frame_parser>();
    const auto outcome = parser_->next(bytes);
    if (outcome == frame_parser::outcome::frame)
      receive(parser_->take());
    else if (outcome == frame_parser::outcome::broken)
      shut(parser_->fault().code, parser_->fault().why, phase::lingering);
  }
  if (parser_ && parser_->idle())
    parser_.reset();
  if (!bytes.empty() && paused())
    unread_ = std::make_unique<std::string>(bytes.begin(), bytes.end());
  await_input();
}

void websocket::receive(client_frame what) {
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
      return say(codec::opcode_text, codec::error_event(event.error()));
    if (const auto* asked = std::get_if<client_request>(&*event)) {
      working_ = true;
      caf::anon_send(session_, std::make_shared<const client_command>(
                                 client_command{self(), asked->kind, asked->argument}));
    } else if (format_ == frame_format::envelope) {
      say(codec::opcode_text, codec::envelope("pong", "{}"));
    } else {
      say(codec::opcode_pong, {});
    }
  } catch (const std::exception& failure) {
    spdlog::error("live: a client's message failed: {}", failure.what());
    shut(close_code::internal_error, "the message could not be handled", phase::lingering);
  }
}

/// Answers with the peer's own code; the answer to ours needs none.
void websocket::receive_close(std::string_view payload) {
  wind_down(codec::websocket_frame(codec::opcode_close, payload.substr(0, 2)), phase::lingering);
}

}  // namespace carillon::live
