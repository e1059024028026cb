#include "adapters/live/socket_connection.hpp"

#include "protocol/codec/live_events.hpp"

#include <spdlog/spdlog.h>
#include <caf/send.hpp>

#include <algorithm>
#include <exception>
#include <utility>
#include <variant>

namespace carillon::live {

socket_connection::socket_connection(shard& on, live_services_ptr with, connection_parts parts)
    : outlet(on),
      socket_pump(on, std::move(parts.over), std::move(parts.seat)),
      services_(std::move(with)),
      place_(std::move(parts.place)),
      who_(std::move(parts.who)),
      since_(parts.since),
      pulse_([](void* me) { static_cast<socket_connection*>(me)->pulse(); }, this),
      token_([](void* me) { static_cast<socket_connection*>(me)->watch_token(); }, this),
      format_(parts.format) {}

void socket_connection::begin() {
  shard_.enroll(shared_from_this());
  shard_.timers().arm(pulse_, services_->heartbeat);
  caf::anon_send(services_->presence, attach{shared_from_this(), 0});
  if (who_->expires_at != timestamp::max())
    watch_token();
  go_on();
  flush();
}

// -- what actors ask --------------------------------------------------------------------------

void socket_connection::take(const push_ptr& what) {
  if (!live())
    return;
  try {
    enqueue(what->frames(format_), static_cast<std::uint32_t>(what->rows().size()));
  } catch (const std::exception& failure) {
    spdlog::error("live: no frame for seq {}: {}", what->rows().front().what->seq, failure.what());
    shut(close_code::internal_error, "a notification could not be shown");
  }
}

void socket_connection::obey(order what) {
  if (live())
    std::visit([this](auto& each) { on(std::move(each)); }, what.what);
}

void socket_connection::on(order::start what) {
  session_ = std::move(what.session);
  phase_ = phase::open;
  held_ = false;
  go_on();
}

void socket_connection::on(order::say what) {
  enqueue(encode(what.what));
}

void socket_connection::on(order::tell_when_drained) {
  owes_drained_ = true;  // answered by the flush that follows
}

void socket_connection::on(order::resume) {
  go_on();
}

void socket_connection::on(order::close what) {
  if (what.code == close_code::try_again_later)
    overflow(what.reason);
  else
    shut(what.code, what.reason);
}

// -- writing ----------------------------------------------------------------------------------

void socket_connection::enqueue(std::string frame) {
  enqueue(std::make_shared<const std::string>(std::move(frame)));
}

void socket_connection::enqueue(frame_ptr bytes, std::uint32_t frames) {
  if (!queue_.fits(bytes->size()))
    pump_out();  // a long batch may fill the queue of a socket that has room
  if (!live())
    return;
  if (queue_.fits(bytes->size()))
    queue_.add(std::move(bytes), frames);
  else
    overflow("a slow consumer");
}

void socket_connection::flush() {
  if (!full())
    pump_out();
  if (phase_ == phase::ended)
    return;
  if (!live())
    go_on();  // the peer's last words may be waiting
  report_queue();
  if (owes_drained_ && session_ && queue_.size() < drained_frames
      && queue_.bytes() < drained_bytes) {
    owes_drained_ = false;
    caf::anon_send(session_, session_note{drained{id()}});
  }
  if (phase_ == phase::lingering && queue_.empty())
    finish();
}

/// Tells the backlog of a queue that could not be emptied, and when it is.
void socket_connection::report_queue() {
  if (queue_.empty() && !recorded_)
    return;
  services_->queues->record(shared_from_this(), queue_.bytes());
  recorded_ = !queue_.empty();
}

// -- ending -----------------------------------------------------------------------------------

void socket_connection::wind_down(std::string last_words, phase next) {
  if (phase_ == phase::ended)
    return;
  if (live()) {
    held_ = false;
    queue_.add(std::make_shared<const std::string>(std::move(last_words)));
    shard_.timers().arm(pulse_, close_limit);
    leave();
  }
  phase_ = next;
}

/// What a slow consumer would have got is dropped; it resumes by `since`.
void socket_connection::overflow(std::string_view reason) {
  queue_.drop_unstarted(stream_->pinned());
  shut(close_code::try_again_later, reason);
}

void socket_connection::leave() {
  token_.cancel();
  session_ = session_actor{};
  if (!std::exchange(left_, true))
    caf::anon_send(services_->presence, detach{shared_from_this()});
}

void socket_connection::end(bool at_once) {
  if (std::exchange(phase_, phase::ended) == phase::ended)
    return;
  const auto me = shared_from_this();
  leave();
  pulse_.cancel();
  if (recorded_)
    services_->queues->record(me, 0);
  shut_socket(at_once);
  place_ = {};
  shard_.dismiss(*this);
}

// -- time -------------------------------------------------------------------------------------

void socket_connection::pulse() {
  const auto me = shared_from_this();
  if (!live())
    return end(true);  // the peer did not take what is queued
  shard_.timers().arm(pulse_, services_->heartbeat);
  beat();
  flush();
}

void socket_connection::watch_token() {
  const auto me = shared_from_this();
  const auto left = who_->expires_at - services_->now();
  if (left <= milliseconds{0}) {
    shut(close_code::token_expired, "the token has expired");
    return flush();
  }
  if (left > expiry_notice)
    return shard_.timers().arm(token_, left - expiry_notice);
  if (!warned_ && phase_ == phase::open) {
    warned_ = true;
    if (format_ != frame_format::plain)
      enqueue(encode(codec::token_expiring_event(who_->expires_at)));
  }
  // Until its session has greeted it the notice waits.
  shard_.timers().arm(token_, warned_ ? left : std::min<milliseconds>(left, seconds{1}));
  flush();
}

}  // namespace carillon::live
