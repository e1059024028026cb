#include "adapters/socketio/wire.hpp"

#include "protocol/codec/frames.hpp"

#include <utility>

namespace carillon::socketio {

namespace {

frame_ptr shared(std::string frame) {
  return std::make_shared<const std::string>(std::move(frame));
}

}  // namespace

wire::wire(live::shard& on, wire_owner& owner, opening with)
    : socket_pump(on, std::move(with.over), std::move(with.seat)),
      owner_(&owner),
      intake_(std::move(with.leftover), true),
      limit_([](void* me) { static_cast<wire*>(me)->end(); }, this) {
  queue_.add(shared(std::move(with.greeting)));
}

// -- hearing ----------------------------------------------------------------------------------

void wire::listen() {
  if (phase_ != phase::ended)
    feed({});
}

/// Follows the client's bytes until the owner is deaf; what is left then is kept.
void wire::feed(std::span<const char> bytes) {
  const auto me = shared_from_this();
  const auto owner = owner_->kept();
  intake_.feed(
    bytes, [this] { return phase_ < phase::lingering && !paused(); }, [this] { return paused(); },
    [this](const live::client_frame& what) { receive(what); },
    [this](const live::violation& why) {
      wind_down(live::close_frame(why.code, why.why), phase::lingering);
    });
  await_input();
}

void wire::receive(const live::client_frame& what) {
  if (what.opcode == codec::opcode_close)
    // The client's own code goes back; its answer to ours needs none.
    wind_down(codec::websocket_frame(codec::opcode_close, what.payload.substr(0, 2)),
              phase::lingering);
  else if (phase_ != phase::open)
    return;
  else if (what.opcode == codec::opcode_ping && queue_.fits(what.payload.size() + 2))
    queue_.add(shared(codec::websocket_frame(codec::opcode_pong, what.payload)));
  else if (what.opcode == codec::opcode_text)
    owner_->heard(what.payload);
}

// -- writing ----------------------------------------------------------------------------------

void wire::flush() {
  if (phase_ == phase::ended)
    return;
  const auto me = shared_from_this();
  const auto owner = owner_->kept();
  if (!full())
    pump_out();
  if (phase_ == phase::ended)
    return;
  if (phase_ == phase::lingering && queue_.empty())
    finish();
  owner_->wrote();
}

// -- ending -----------------------------------------------------------------------------------

void wire::close(close_code code, std::string_view reason, bool at_once) {
  if (phase_ != phase::open)
    return;
  if (at_once)
    queue_.drop_unstarted(stream_->pinned());
  wind_down(live::close_frame(code, reason), phase::closing);
  listen();  // its close frame may have been waiting behind what the owner was deaf to
}

void wire::wind_down(std::string last_frame, phase next) {
  if (phase_ == phase::ended)
    return;
  if (std::exchange(phase_, next) != phase::open)
    return;
  queue_.add(shared(std::move(last_frame)));
  home_.timers().arm(limit_, close_limit);
  if (next == phase::lingering)
    owner_->lost();
}

void wire::end() {
  if (phase_ == phase::ended)
    return;
  const auto me = shared_from_this();
  const auto owner = owner_->kept();
  auto& told = *owner_;
  drop();
  told.ended();
}

void wire::drop() {
  phase_ = phase::ended;
  limit_.cancel();
  shut_socket(!finished() && !queue_.empty());
}

}  // namespace carillon::socketio
