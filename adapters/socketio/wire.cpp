#include "adapters/socketio/wire.hpp"

#include "protocol/codec/frames.hpp"

#include <array>
#include <utility>

namespace carillon::socketio {

namespace {

/// Buffers of one gathered write.
constexpr std::size_t wire_buffers = 64;

frame_ptr shared(std::string frame) {
  return std::make_shared<const std::string>(std::move(frame));
}

}  // namespace

wire::wire(live::shard& on, wire_owner& owner, opening with)
    : shard_(on),
      owner_(&owner),
      stream_(std::move(with.over)),
      seat_(std::move(with.seat)),
      limit_([](void* me) { static_cast<wire*>(me)->end(); }, this) {
  queue_.add(shared(std::move(with.greeting)));
  if (!with.leftover.empty())
    unread_ = std::make_unique<std::string>(std::move(with.leftover));
}

// -- hearing ----------------------------------------------------------------------------------

void wire::listen() {
  const auto me = shared_from_this();
  const auto waiting = std::exchange(unread_, nullptr);
  feed(waiting ? std::span<const char>{*waiting} : std::span<const char>{});
}

void wire::await_input() {
  if (phase_ == phase::ended || deaf() || std::exchange(reading_, true))
    return;
  const auto proceed = [me = shared_from_this()](boost::system::error_code failed) {
    me->reading_ = false;
    if (!failed && me->phase_ != phase::ended)
      me->read();
  };
  if (stream_->has_pending())
    shard_.post([proceed] { proceed({}); });
  else
    stream_->socket().async_wait(awaited_, proceed);
}

void wire::read() {
  if (deaf())
    return;
  const auto owner = owner_->kept();
  const auto buffer = shard_.scratch();
  const auto step = stream_->read(buffer);
  awaited_ = step.what == stream::state::want_write ? stream::socket_type::wait_write
                                                    : stream::socket_type::wait_read;
  if (step.what == stream::state::closed || step.what == stream::state::failed)
    return end();
  feed(buffer.first(step.bytes));
  flush();
}

/// Follows the client's bytes until the owner is deaf; what is left then is kept.
void wire::feed(std::span<const char> bytes) {
  while (!bytes.empty() && phase_ < phase::lingering && !deaf()) {
    if (!parser_)
      parser_ = std::make_unique<live::frame_parser>();
    const auto outcome = parser_->next(bytes);
    if (outcome == live::frame_parser::outcome::frame)
      receive(parser_->take());
    else if (outcome == live::frame_parser::outcome::broken)
      wind_down(live::close_frame(parser_->fault().code, parser_->fault().why), phase::lingering);
  }
  if (phase_ == phase::ended)
    return;
  if (parser_ && parser_->idle())
    parser_.reset();
  if (!bytes.empty() && deaf())
    unread_ = std::make_unique<std::string>(bytes.begin(), bytes.end());
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
  const auto me = shared_from_this();
  if (!writing_)
    write();
  if (phase_ == phase::ended)
    return;
  if (phase_ == phase::lingering && queue_.empty() && !std::exchange(finished_, true))
    stream_->finish();
  owner_->wrote();
}

/// Writes until the queue is empty or the socket is full, and sees to the rest in that case.
void wire::write() {
  std::array<iovec, wire_buffers> buffers;
  while (phase_ != phase::ended && !queue_.empty()) {
    const auto step = stream_->write(queue_.gather(buffers));
    switch (step.what) {
      case stream::state::done:
        queue_.written(step.bytes);
        break;
      case stream::state::want_read:
        return await_room(stream::socket_type::wait_read);
      case stream::state::want_write:
        return await_room(stream::socket_type::wait_write);
      default:
        return end();
    }
  }
}

void wire::await_room(stream::socket_type::wait_type readiness) {
  if (std::exchange(writing_, true))
    return;
  stream_->socket().async_wait(readiness,
                               [me = shared_from_this()](boost::system::error_code failed) {
                                 me->writing_ = false;
                                 if (failed || me->phase_ == phase::ended)
                                   return;
                                 const auto owner = me->owner_->kept();
                                 me->flush();
                               });
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
  shard_.timers().arm(limit_, close_limit);
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
  if (stream_ && !finished_ && !queue_.empty()) {
    boost::system::error_code ignored;  // the socket is closed in any case
    stream_->socket().set_option(boost::asio::socket_base::linger{true, 0}, ignored);
  }
  queue_ = {};
  parser_.reset();
  unread_.reset();
  stream_.reset();
  seat_ = {};
}

}  // namespace carillon::socketio
