#include "actors/sender.hpp"

#include "actors/sender_state.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <utility>

namespace carillon {

namespace {

/// How long a blocked sender sleeps before it looks at the age of what waits.
constexpr milliseconds longest_sleep = std::chrono::hours{1};

std::uint64_t next_generation() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

/// An exception out of `compose` belongs to its delivery, like an error.
result<request> composed(const channel& by, const delivery& what, const stamp& at) {
  try {
    return by.compose(what, at);
  } catch (const std::exception& e) {
    return error{errc::invalid, e.what()};
  }
}

/// What keeps a message from being composed is its own, or its recipient's.
outcome unsendable(const error& why) {
  return {.error_class = why.code == errc::not_found ? error_class::invalid_recipient
                                                     : error_class::invalid_request,
          .excerpt = why.detail};
}

/// Scopes that cannot be told are none: the channel's own rate holds all the same.
std::vector<scope_limit> scopes_of(const channel& by, const delivery& what) {
  try {
    return by.scopes(what);
  } catch (const std::exception&) {
    return {};
  }
}

/// What would be over by then is not put off.
milliseconds put_off_by(const channel& by, const delivery& what, timestamp now) {
  try {
    const auto wait = by.put_off(what, now);
    return now + wait < what.expires_at ? wait : milliseconds{0};
  } catch (const std::exception&) {
    return milliseconds{0};
  }
}

std::optional<steady_time> steady(std::optional<timestamp> at, timestamp now, steady_time is) {
  if (!at)
    return std::nullopt;
  return is - std::max(now - *at, milliseconds::zero());
}

}  // namespace

std::uint32_t window_size(const channel_settings& settings) {
  return static_cast<std::uint32_t>(std::max(32, 4 * settings.concurrency));
}

sender_post::sender_post(sender_setup setup, persistence_actor storage, metrics& shown,
                         steady_time now)
    : sender_setup(std::move(setup)),
      persistence(std::move(storage)),
      counts(&shown),
      last_use_at(steady(history.last_use, clock(), now)),
      scopes(last_use_at, now) {
  freeze_again(clock(), now);
  held_back = {settings.name, channel_state::active, {}};
  if (initial.state == channel_state::paused || initial.state == channel_state::broken)
    held_back = {settings.name, initial.state, initial.why};
}

sender_state::sender_state(resilient<sender_actor>& self, std::shared_ptr<sender_post> post)
    : self_(self),
      post_(std::move(post)),
      generation_(next_generation()),
      held_(window_size(post_->settings)),
      rate_(rate_now()),
      circuit_(post_->settings.circuit_failures, post_->settings.circuit_cooldown),
      random_(std::random_device{}()) {
  rate_.freeze(post_->frozen_until);
  if (self_.life() == 0) {
    post_->told = standing();
    tell_watchdog({post_->told});
  }
  ask(true);
}

resilient<sender_actor>::behavior_type sender_state::behavior() {
  return {
    [this](const withdraw& x) { let_go(x); },
    [this](const handover_ptr& x) { take(*x); },
    [this](const exchange_ptr& x) { read(*x); },
    [this](const settled& x) { acknowledge(x); },
    [this](wish_again) { ask(true); },
    [this](const side_exchange_ptr& x) { read(*x); },
    [this](const channel_order& x) { obey(x); },
    [this](const drain& x) { stop(x); },
    [this](const tick&) { woken(); },
  };
}

void sender_state::take(const handover& x) {
  if (x.generation != wish_generation_)
    return;
  for (auto& what : x.deliveries)
    held_.add(what, scopes_of(*post_->channel, *what));
  go_on();
}

void sender_state::let_go(const withdraw& x) {
  for (auto& id : x.deliveries)
    held_.withdraw(id);
  go_on();
}

void sender_state::stop(const drain& x) {
  post_->draining = true;
  drained_.push_back(x.reply);
  ask(false);
  go_on();
}

void sender_state::woken() {
  if (!wake_at_ || self_.steady_now() < *wake_at_)
    return;
  wake_at_.reset();
  go_on();
}

void sender_state::go_on() {
  const auto now = self_.steady_now();
  tell_again(now);
  bury();
  ask_for_token(now);
  send_on(now);
  ask_for_tickets(now);
  ask_about_scopes();
  if (wants_any() && held_.room().wants_more())
    ask(false);
  show();
  if (post_->draining && held_.unfinished() == 0 && *post_->under_way == 0)
    for (auto& reply : std::exchange(drained_, {}))
      (*reply)(true);
}

void sender_state::send_on(steady_time now) {
  while (!post_->draining && held_.has_waiting() && in_flight() < post_->settings.concurrency) {
    if (const auto ready = ready_at(now); ready > now)
      return sleep_until(ready, now);
    auto* next = held_.next(now, [&](const held_delivery& x) { return ready_at(x, now); });
    if (!next) {
      if (questions_.empty())
        make_room(now);
      return sleep_until(held_.next_look(), now);
    }
    start(*next, now);
  }
}

steady_time sender_state::ready_at(steady_time now) const {
  if (!post_->settings.enabled || post_->held_back.state != channel_state::active)
    return steady_time::max();
  auto ready = std::max(rate_.ready_at(now), circuit_.ready_at());
  if (post_->channel->needs_token() && !post_->tokens.serving(post_->clock()))
    ready = std::max(ready, post_->tokens.ready_at());
  return ready;
}

steady_time sender_state::ready_at(const held_delivery& x, steady_time now) {
  const auto wait = put_off_by(*post_->channel, *x.what, post_->clock());
  return wait > milliseconds{0} ? now + wait
                                : std::max(ticket_ready_at(x, now), scopes_ready_at(x, now));
}

// One counts until its outcome is committed, so that a crash repeats no more than the concurrency;
// one of an earlier life counts while the transport has it.
int sender_state::in_flight() const {
  return std::max(static_cast<int>(held_.unfinished()), post_->under_way->load());
}

void sender_state::start(held_delivery& x, steady_time now) {
  if (take_ticket(x))
    return;
  x.started = now;
  x.started_at = post_->clock();
  x.by = post_->channel;
  const auto* token = x.by->needs_token() ? post_->tokens.serving(x.started_at) : nullptr;
  x.token = token ? *token : std::string{};
  x.scopes = scopes_of(*x.by, *x.what);
  auto wire = composed(*x.by, *x.what, stamp{x.started_at, random_(), x.token, x.again.plain});
  if (!wire)
    return settle(x, {x.started_at, milliseconds{0}, unsendable(wire.error())});
  use(x, now);
  circuit_.started(now);
  x.at = held_delivery::stage::sending;
  if (post_->in_flight)
    x.in_flight = post_->in_flight->enter(*x.what);
  ++*post_->under_way;
  std::shared_ptr<void> place{
    post_->under_way.get(), [count = post_->under_way, flying = x.in_flight](void*) { --*count; }};
  post_->transport->send(
    std::move(*wire),
    [place = std::move(place), to = self_.handle(), generation = generation_,
     id = x.what->id](transport_result came) mutable {
      place.reset();
      caf::anon_send(
        to, exchange_ptr{std::make_shared<exchange>(exchange{generation, id, std::move(came)})});
    },
    note_for(x));
}

void sender_state::make_room(steady_time now) {
  for (auto* x : held_.take_crowding(now)) {
    const auto wait = std::max(post_->scopes.book(x->scopes, now), x->not_before) - now;
    decide(*x, rules::postpone(*x->what, post_->clock() + std::chrono::ceil<milliseconds>(wait)));
  }
}

bool sender_state::wants_any() const {
  if (post_->draining || !post_->settings.enabled)
    return false;
  // One that is broken gives what has a backup to it.
  const auto state = post_->held_back.state;
  return state == channel_state::active || state == channel_state::broken;
}

void sender_state::ask(bool fresh) {
  auto wish = std::make_shared<want>();
  wish->channel = post_->settings.name;
  wish->sender = self_.handle();
  if (wants_any())
    wish->room = held_.room().ask();
  wish->only_backed = post_->held_back.state == channel_state::broken;
  wish->fresh = fresh;
  if (fresh) {
    wish_generation_ = next_generation();
    wish->held = held_.ids();
  }
  wish->generation = wish_generation_;
  self_.send(post_->persistence, want_ptr{std::move(wish)});
}

void sender_state::sleep_until(steady_time at, steady_time now) {
  const auto left = std::clamp<milliseconds>(held_.earliest_expiry() - post_->clock(),
                                             milliseconds{0}, longest_sleep);
  wake(std::min(at, now + left), now);
}

void sender_state::wake(steady_time at, steady_time now) {
  if (at == steady_time::max() || (wake_at_ && *wake_at_ <= at))
    return;
  wake_at_ = at;
  self_.after(std::max(at - now, steady_time::duration::zero()), 0);
}

sender_actor spawn_sender(caf::actor_system& system, supervisor_actor supervisor,
                          persistence_actor persistence, sender_setup setup, metrics& counts) {
  auto post = std::make_shared<sender_post>(std::move(setup), std::move(persistence), counts,
                                            system.clock().now());
  return system.spawn<resilient_actor<sender_actor, sender_state>>(
    care{std::move(supervisor), counts}, std::move(post));
}

}  // namespace carillon
