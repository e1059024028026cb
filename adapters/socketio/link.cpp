#include "adapters/socketio/link.hpp"

#include "protocol/codec/frames.hpp"

#include <algorithm>
#include <utility>

namespace carillon::socketio {

namespace {

/// How long a client that polls may take to fetch the last packet.
constexpr seconds farewell_limit{5};

frame_ptr frame_of(std::string_view packet) {
  return std::make_shared<const std::string>(codec::websocket_frame(codec::opcode_text, packet));
}

}  // namespace

link::link(live::shard& on, link_user& user, std::string sid, milliseconds ping_interval)
    : shard_(on),
      user_(user),
      sid_(std::move(sid)),
      ping_interval_(ping_interval),
      ping_timeout_(ping_interval * 4 / 5),
      pulse_([](void* me) { static_cast<link*>(me)->pulse(); }, this),
      heard_(on.now()) {}

link::~link() {
  if (wire_)
    wire_->drop();
}

// -- its beginning ----------------------------------------------------------------------------

codec::engine_opening link::opening_packet(bool upgradable) const {
  return {sid_, upgradable, ping_interval_, ping_timeout_, max_payload};
}

void link::open(poll_answer to) {
  queue_.add(frame_of(codec::engine_open(opening_packet(true))));
  shard_.timers().arm(pulse_, ping_interval_);
  poll(std::move(to));
}

void link::open(opening with) {
  wire_ = std::make_shared<wire>(shard_, static_cast<wire_owner&>(*this), std::move(with));
  wired_ = true;
  wire_->queue().add(frame_of(codec::engine_open(opening_packet(false))));
  shard_.timers().arm(pulse_, ping_interval_);
  wire_->flush();
  wire_->listen();
}

// -- what comes -------------------------------------------------------------------------------

void link::heard(std::string_view text) {
  const auto packet = codec::read_engine_packet(text);
  if (!wired_)
    probe(packet.value_or(codec::engine_packet{}));
  else if (packet)
    take(*packet);
  else
    close(close_code::protocol_error, "not an Engine.IO packet");
}

void link::take(const codec::engine_packet& what) {
  using enum codec::engine_kind;
  heard_ = shard_.now();
  switch (what.is) {
    case message:
      return user_.message(what.data);
    case close:
      return hang_up();
    case pong:
    case noop:
    case binary:  // belongs to an event that its user refuses
      return;
    case open:
    case ping:
    case upgrade:
      this->close(close_code::protocol_error, "a packet that only a server may send");
  }
}

bool link::deaf() const noexcept {
  return wired_ && (posted_ != nullptr || user_.busy());
}

void link::go_on() {
  follow();
  if (wired_ && !over_)
    wire_->listen();
}

// -- what goes --------------------------------------------------------------------------------

bool link::send(frame_ptr frames, std::uint32_t packets) {
  if (over_ || closing_)
    return true;
  if (!line().fits(frames->size()))
    flush();  // a long batch may fill the queue of a client that has room
  if (over_ || closing_)
    return true;
  if (!line().fits(frames->size()))
    return false;
  line().add(std::move(frames), packets);
  return true;
}

bool link::send(std::string_view packet) {
  return send(frame_of(packet));
}

void link::say(codec::engine_kind is, std::string_view data) {
  line().add(frame_of(codec::engine_text(is, data)));
}

void link::flush() {
  if (over_)
    return;
  if (wired_)
    return wire_->flush();
  answer_poll();
  if (!over_)
    user_.sent();
}

void link::wrote() {
  if (wired_)
    user_.sent();
}

// -- time -------------------------------------------------------------------------------------

void link::pulse() {
  const auto user = user_.kept();
  if (closing_)
    return end();
  const auto now = shard_.now();
  if (!std::exchange(awaits_pong_, !awaits_pong_)) {
    pinged_ = now;
    say(codec::engine_kind::ping);
    shard_.timers().arm(pulse_, ping_timeout_);
    return flush();
  }
  if (posted_ || user_.busy())
    heard_ = now;  // its silence is ours: nothing is heard
  if (heard_ < pinged_) {
    close(close_code::policy, "no answer to pings");
    return flush();
  }
  shard_.timers().arm(pulse_, ping_interval_ - ping_timeout_);
}

// -- its end ----------------------------------------------------------------------------------

void link::close(close_code code, std::string_view reason, bool at_once) {
  if (over_ || std::exchange(closing_, true))
    return;
  leave();
  if (wired_) {
    pulse_.cancel();
    return wire_->close(code, reason, at_once);  // gone once the client has answered
  }
  if (code == close_code::going_away && !poll_)
    return end();  // nobody can come any more to fetch what waits
  if (at_once)
    queue_ = {};
  say(codec::engine_kind::close);
  shard_.timers().arm(pulse_, farewell_limit);
}

/// The client says that it goes.
void link::hang_up() {
  if (wired_)
    return close(close_code::normal, {});
  queue_ = {};
  if (poll_)
    say(codec::engine_kind::noop);
  answer_poll();
  leave();
  end();
}

void link::lost() {
  if (!wired_)
    return;
  closing_ = true;
  pulse_.cancel();
  leave();
}

void link::ended() {
  if (wired_)
    return end();
  wire_.reset();
  probed_ = false;
}

void link::leave() {
  if (!std::exchange(left_, true))
    user_.lost();
}

void link::end() {
  if (std::exchange(over_, true))
    return;
  const auto user = user_.kept();
  leave();
  pulse_.cancel();
  queue_ = {};
  if (poll_)
    poll_(polled{200, codec::engine_text(codec::engine_kind::close)});
  if (const auto body = std::exchange(posted_, nullptr))
    body->to(taken());
  if (wire_ && !wired_)
    wire_->drop();
  user_.ended();
}

}  // namespace carillon::socketio
