#include "adapters/socketio/client.hpp"

#include "adapters/live/socket_connection.hpp"
#include "adapters/socketio/registry.hpp"
#include "protocol/codec/live_events.hpp"

#include <spdlog/spdlog.h>
#include <caf/send.hpp>

#include <algorithm>
#include <exception>
#include <utility>
#include <variant>

namespace carillon::socketio {

namespace {

using limits = live::socket_connection;

}  // namespace

client::client(live::shard& on, services_ptr with, introduction from,
               std::shared_ptr<void> stranger)
    : outlet(on),
      with_(std::move(with)),
      introduction_(std::move(from)),
      stranger_(std::move(stranger)),
      clock_([](void* me) { static_cast<client*>(me)->watch(); }, this),
      link_(on, *this, registry::fresh_id(), with_->live->heartbeat) {}

client::~client() = default;

void client::begin() {
  shard_.enroll(shared_from_this());
  shard_.timers().arm(clock_, connect_limit);
  with_->clients->enter(std::static_pointer_cast<client>(shared_from_this()));
}

// -- what actors ask --------------------------------------------------------------------------

void client::take(const push_ptr& what) {
  if (phase_ != phase::open)
    return;
  try {
    if (!link_.send(what->frames(format()), static_cast<std::uint32_t>(what->rows().size())))
      shut(close_code::try_again_later, "a slow consumer");
  } catch (const std::exception& failure) {
    spdlog::error("live: no packet for seq {}: {}", what->rows().front().what->seq, failure.what());
    shut(close_code::internal_error, "a notification could not be shown");
  }
}

void client::obey(live::order what) {
  std::visit([this](auto& each) { on(std::move(each)); }, what.what);
}

/// Its session has taken it: it is connected, and hears what was said before.
void client::on(live::order::start what) {
  if (phase_ != phase::entering)
    return;
  session_ = std::move(what.session);
  phase_ = phase::open;
  const auto failed = std::ranges::any_of(
    early_, [](const live_event& each) { return each.name == "resume_failed"; });
  if (pid_.empty() || failed)
    pid_ = registry::fresh_id();
  queue(codec::socket_connected(std::to_string(id()), pid_));
  for (const auto& each : std::exchange(early_, {}))
    tell(each);
  link_.go_on();
}

void client::on(live::order::say what) {
  if (phase_ == phase::entering)
    early_.push_back(std::move(what.what));
  else if (phase_ == phase::open)
    tell(what.what);
}

void client::on(live::order::tell_when_drained) {
  owes_drained_ = true;  // answered by the flush that follows
}

/// The event in work is done.
void client::on(live::order::resume) {
  if (const auto done = std::exchange(command_, std::nullopt))
    acknowledge(done->ack, done->outcome);
  link_.go_on();
}

void client::on(live::order::close what) {
  shut(what.code, what.reason);
}

// -- what goes to the client ------------------------------------------------------------------

void client::queue(std::string_view packet) {
  if (!link_.send(packet))
    shut(close_code::try_again_later, "a slow consumer");
}

void client::flush() {
  link_.flush();
}

void client::sent() {
  report_queue();
  const auto& queue = link_.queue();
  if (owes_drained_ && session_ && queue.size() < limits::drained_frames
      && queue.bytes() < limits::drained_bytes) {
    owes_drained_ = false;
    caf::anon_send(session_, session_note{drained{id()}});
  }
}

/// Tells the backlog of a queue that could not be emptied, and when it is.
void client::report_queue() {
  const auto& queue = link_.queue();
  if (queue.empty() && !recorded_)
    return;
  with_->live->queues->record(shared_from_this(), queue.bytes());
  recorded_ = !queue.empty();
}

// -- its end ----------------------------------------------------------------------------------

/// The client comes back by itself but from a refusal and from `socket_disconnect`: who must not
/// come back is told so.
void client::shut(close_code code, std::string_view reason) {
  const bool final = code == close_code::token_expired || code == close_code::too_many_connections;
  const error why{code == close_code::token_expired ? errc::unauthorized : errc::busy,
                  std::string{reason}};
  if (final && phase_ == phase::entering) {
    refuse(why);
  } else if (final && phase_ == phase::open) {
    tell(codec::error_event(why));
    queue(codec::socket_disconnect());
  }
  // What a slow consumer would have got is dropped; it resumes.
  link_.close(code, reason, code == close_code::try_again_later);
}

void client::lost() {
  leave();
  phase_ = phase::left;
}

/// Nothing of it is known to actors any more.
void client::leave() {
  clock_.cancel();
  session_ = session_actor{};
  early_.clear();
  command_.reset();
  if (phase_ == phase::entering || phase_ == phase::open)
    caf::anon_send(with_->live->presence, detach{shared_from_this()});
}

void client::ended() {
  phase_ = phase::ended;
  with_->clients->leave(link_.sid());
  if (recorded_)
    with_->live->queues->record(shared_from_this(), 0);
  place_ = {};
  stranger_.reset();
  shard_.dismiss(*this);
}

// -- time -------------------------------------------------------------------------------------

void client::watch() {
  const auto me = shared_from_this();
  if (phase_ == phase::stranger || phase_ == phase::left) {
    shut(close_code::policy, "not connected to the namespace in time");
    return flush();
  }
  const auto left = who_->expires_at - with_->live->now();
  if (left <= milliseconds{0}) {
    shut(close_code::token_expired, "the token has expired");
    return flush();
  }
  if (left > limits::expiry_notice)
    return shard_.timers().arm(clock_, left - limits::expiry_notice);
  if (phase_ == phase::open && !std::exchange(warned_, true))
    tell(codec::token_expiring_event(who_->expires_at));
  // Until its session has greeted it the notice waits.
  shard_.timers().arm(clock_, warned_ ? left : std::min<milliseconds>(left, seconds{1}));
  flush();
}

}  // namespace carillon::socketio
