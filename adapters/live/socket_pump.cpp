#include "adapters/live/socket_pump.hpp"

#include <array>
#include <utility>

namespace carillon::live {

namespace {

/// Buffers of one gathered write.
constexpr std::size_t gather_bound = 64;

}  // namespace

socket_pump::socket_pump(shard& on, stream_ptr over, shard::seat seat)
    : home_(on), stream_(std::move(over)), seat_(std::move(seat)) {}

void socket_pump::await_input() {
  if (!stream_ || paused() || reading_)
    return;
  reading_ = true;
  const auto proceed = [this, owner = held_by()](boost::system::error_code failed) {
    reading_ = false;
    if (!failed && stream_)
      read();
  };
  if (stream_->has_pending())
    home_.post([proceed] { proceed({}); });
  else
    stream_->socket().async_wait(awaited_, proceed);
}

void socket_pump::read() {
  if (paused())
    return;
  const auto buffer = home_.scratch();
  const auto step = stream_->read(buffer);
  awaited_ = step.what == stream::state::want_write ? stream::socket_type::wait_write
                                                    : stream::socket_type::wait_read;
  if (step.what == stream::state::closed || step.what == stream::state::failed)
    return broke();
  feed(buffer.first(step.bytes));
  flush();
}

void socket_pump::pump_out() {
  std::array<iovec, gather_bound> buffers;
  while (stream_ && !silent() && !queue_.empty()) {
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
        return broke();
    }
  }
}

void socket_pump::await_room(stream::socket_type::wait_type readiness) {
  if (std::exchange(writing_, true))
    return;
  stream_->socket().async_wait(readiness,
                               [this, owner = held_by()](boost::system::error_code failed) {
                                 writing_ = false;
                                 if (!failed && stream_)
                                   flush();
                               });
}

void socket_pump::finish() {
  if (!std::exchange(finished_, true))
    stream_->finish();
}

void socket_pump::shut_socket(bool at_once) {
  if (stream_ && at_once) {
    boost::system::error_code ignored;  // the socket is closed in any case
    stream_->socket().set_option(boost::asio::socket_base::linger{true, 0}, ignored);
  }
  queue_ = {};
  stream_.reset();
  seat_ = {};
}

}  // namespace carillon::live
