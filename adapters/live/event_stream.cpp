#include "adapters/live/event_stream.hpp"

#include "adapters/live/since.hpp"
#include "protocol/codec/frames.hpp"
#include "protocol/codec/live_events.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <memory>
#include <utility>

namespace carillon::live {
namespace {

/// A line that readers pass over.
const frame_ptr& comment() {
  static const auto line = std::make_shared<const std::string>(":\n\n");
  return line;
}

/// The system gives up on a peer that acknowledges nothing for so long: nobody answers comments.
void bound_silence(stream::socket_type& socket, milliseconds most) {
  const auto value = static_cast<unsigned>(most.count());
  ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &value, sizeof value);
}

class stream_takeover final : public takeover {
 public:
  stream_takeover(stream_request asked, census::place place)
      : asked_(std::move(asked)), place_(std::move(place)) {}

  void carry_out(shard& on, const live_services_ptr& with, departure what) override {
    connection_parts parts;
    parts.over = std::move(what.over);
    parts.seat = std::move(what.seat);
    parts.place = std::move(place_);
    parts.who = std::move(asked_.who);
    parts.format = frame_format::sse;
    if (!asked_.last_event_id.empty())
      parts.since = read_since(asked_.last_event_id);
    else if (asked_.since)
      parts.since = read_since(*asked_.since);
    asked_.answers.given = std::move(what.answered);
    std::make_shared<event_stream>(on, with, std::move(parts), std::move(asked_.answers))->begin();
  }

 private:
  stream_request asked_;
  census::place place_;
};

}  // namespace

event_stream::event_stream(shard& on, live_services_ptr with, connection_parts parts,
                           stream_answers answers)
    : socket_connection(on, std::move(with), std::move(parts)),
      answers_(std::make_unique<stream_answers>(std::move(answers))) {
  queue_.add(answers_->accepted);
  held_ = true;
  bound_silence(stream_->socket(), 2 * services_->heartbeat);
}

std::string event_stream::encode(const live_event& what) const {
  return codec::server_sent_event(what.name, what.data);
}

/// A browser comes back by itself after a stream that ends, but not after a refusal. So only who
/// must not come back is refused.
void event_stream::shut(close_code code, std::string_view reason) {
  if (const auto answers = std::exchange(answers_, nullptr)) {
    queue_ = {};
    if (code == close_code::too_many_connections) {
      answers->given(429);
      return wind_down(answers->too_many, phase::lingering);
    }
    answers->given(200);
    queue_.add(answers->accepted);
  }
  wind_down(encode(codec::close_event(code, reason)), phase::lingering);
}

void event_stream::beat() {
  if (phase_ == phase::open)
    enqueue(comment());
}

void event_stream::feed(std::span<const char>) {
  await_input();
}

void event_stream::go_on() {
  if (phase_ == phase::open)
    if (const auto answers = std::exchange(answers_, nullptr))
      answers->given(200);
  await_input();
}

takeover_ptr make_stream(stream_request asked, census::place place) {
  return std::make_unique<stream_takeover>(std::move(asked), std::move(place));
}

}  // namespace carillon::live
