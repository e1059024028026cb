// The polling transport, and the way from it to a WebSocket.

#include "adapters/socketio/link.hpp"
#include "protocol/codec/frames.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace carillon::socketio {

namespace {

constexpr std::size_t polled_buffers = 64;

}  // namespace

polled refusal(codec::engine_fault why) {
  return {why == codec::engine_fault::forbidden ? 403 : 400, codec::engine_fault_json(why),
          "application/json"};
}

polled taken() {
  return {200, "ok"};
}

void link::poll(poll_answer to) {
  const auto user = user_.kept();
  if (over_)
    return to(refusal(codec::engine_fault::unknown_session));
  if (wired_)
    return to(refusal(codec::engine_fault::bad_request));
  if (poll_) {
    // Nobody could tell which of the two gets what: the session is not kept.
    to(refusal(codec::engine_fault::bad_request));
    return end();
  }
  poll_ = std::move(to);
  flush();
}

/// Answers the waiting GET with all that is queued. One that waits while the WebSocket is tried is
/// let go, since the client waits for its end.
void link::answer_poll() {
  if (!poll_)
    return;
  if (queue_.empty() && probed_)
    say(codec::engine_kind::noop);
  if (queue_.empty())
    return;
  polled out;
  while (!queue_.empty()) {
    std::array<iovec, polled_buffers> buffers;
    std::size_t taken = 0;
    for (const auto& each : queue_.gather(buffers)) {
      codec::append_polled(out.body, {static_cast<const char*>(each.iov_base), each.iov_len});
      taken += each.iov_len;
    }
    queue_.written(taken);
  }
  std::exchange(poll_, poll_answer{})(std::move(out));
  if (closing_)
    end();
}

void link::post(std::string body, poll_answer to) {
  const auto user = user_.kept();
  if (over_ || closing_)
    return to(refusal(codec::engine_fault::unknown_session));
  if (wired_)
    return to(refusal(codec::engine_fault::bad_request));
  if (body.size() > max_payload) {
    to(polled{413});
    return end();
  }
  auto fresh = std::make_shared<posted>();
  fresh->text = std::move(body);
  auto packets = codec::read_engine_packets(fresh->text);
  if (posted_ || !packets) {
    to(refusal(codec::engine_fault::bad_request));
    return end();
  }
  fresh->packets = std::move(*packets);
  fresh->to = std::move(to);
  posted_ = std::move(fresh);
  follow();
  flush();
}

/// Follows the posted packets until the user is busy; the rest waits, and the answer with it.
void link::follow() {
  const auto body = posted_;
  if (!body)
    return;
  while (!over_ && !closing_ && !user_.busy() && body->next < body->packets.size())
    take(body->packets[body->next++]);
  if (!posted_ || (!over_ && !closing_ && body->next < body->packets.size()))
    return;
  posted_.reset();
  body->to(taken());
}

// -- from polling to a WebSocket --------------------------------------------------------------

void link::upgrade(opening with) {
  const auto user = user_.kept();
  if (over_ || closing_ || wire_)
    return;  // the socket closes unanswered
  wire_ = std::make_shared<wire>(shard_, static_cast<wire_owner&>(*this), std::move(with));
  wire_->flush();
  wire_->listen();
}

/// What comes over the WebSocket before the session does.
void link::probe(const codec::engine_packet& what) {
  constexpr std::string_view word{"probe"};
  if (what.is == codec::engine_kind::ping && what.data == word) {
    const auto answer = codec::engine_text(codec::engine_kind::pong, word);
    wire_->queue().add(
      std::make_shared<const std::string>(codec::websocket_frame(codec::opcode_text, answer)));
    probed_ = true;
    wire_->flush();
    answer_poll();
  } else if (what.is == codec::engine_kind::upgrade && probed_ && !closing_) {
    go_over();
  } else {
    wire_->drop();
    ended();
  }
}

void link::go_over() {
  answer_poll();  // one that came after all
  probed_ = false;
  wired_ = true;
  wire_->queue().append(std::move(queue_));
  wire_->flush();
}

}  // namespace carillon::socketio
