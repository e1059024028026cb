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

std::uint32_t window_size(const channel_settings& settings) {
  return static_cast<std::uint32_t>(std::max(32, 4 * settings.concurrency));
}

/// An exception out of `compose` belongs to its delivery, like an error.
result<request> composed(const channel& by, const delivery& what, const stamp& at) {
  try {
    return by.compose(what, at);
  } catch (const std::exception& e) {
    return error{errc::invalid, e.what()};
  }
}

}  // namespace

sender_state::sender_state(resilient<sender_actor>& self, std::shared_ptr<sender_post> post)
    : self_(self),
      post_(std::move(post)),
      generation_(next_generation()),
      held_(window_size(post_->settings)),
      rate_(post_->settings.rate, self_.steady_now(), post_->last_use),
      random_(std::random_device{}()) {
  rate_.freeze(post_->frozen_until);
  ask(true);
}

resilient<sender_actor>::behavior_type sender_state::behavior() {
  return {
    [this](const handover_ptr& x) { take(*x); },
    [this](const exchange_ptr& x) { read(*x); },
    [this](const settled& x) { acknowledge(x); },
    [this](wish_again) { ask(true); },
    [this](const drain& x) { stop(x); },
    [this](const tick&) { woken(); },
    [](const side_exchange_ptr&) {},
    [](const channel_order&) {},
  };
}

void sender_state::take(const handover& x) {
  if (x.generation != generation_)
    return;
  for (auto& what : x.deliveries)
    held_.add(what);
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
  while (may_start(now)) {
    auto* next = held_.next();
    if (!next)
      break;
    start(*next, now);
  }
  if (wants_any() && held_.room().wants_more())
    ask(false);
  if (post_->draining && held_.unfinished() == 0 && *post_->under_way == 0)
    for (auto& reply : std::exchange(drained_, {}))
      (*reply)(true);
}

bool sender_state::wants_any() const {
  return !post_->draining && (!broken_ || !post_->settings.failover.empty());
}

bool sender_state::may_start(steady_time now) {
  if (post_->draining || !held_.has_waiting() || in_flight() >= post_->settings.concurrency)
    return false;
  const auto ready =
    broken_ ? steady_time::max() : std::max(rate_.ready_at(now), circuit_.ready_at());
  if (ready <= now)
    return true;
  const auto left = std::clamp<milliseconds>(held_.earliest_expiry() - post_->clock(),
                                             milliseconds{0}, longest_sleep);
  wake(std::min(ready, now + left), now);
  return false;
}

// One counts until its outcome is committed, so that a crash repeats no more than the concurrency;
// one of an earlier life counts while the transport has it.
int sender_state::in_flight() const {
  return std::max(static_cast<int>(held_.unfinished()), post_->under_way->load());
}

void sender_state::start(held_delivery& x, steady_time now) {
  x.started = now;
  x.started_at = post_->clock();
  auto wire = composed(*post_->channel, *x.what, stamp{x.started_at, random_()});
  if (!wire)
    return settle(x,
                  {x.started_at,
                   milliseconds{0},
                   {.error_class = error_class::invalid_request, .excerpt = wire.error().detail}});
  rate_.take(now);
  circuit_.started(now);
  post_->last_use = now;
  x.at = held_delivery::stage::sending;
  ++*post_->under_way;
  std::shared_ptr<void> place{post_->under_way.get(),
                              [count = post_->under_way](void*) { --*count; }};
  post_->transport->send(
    std::move(*wire), [place = std::move(place), to = self_.handle(), generation = generation_,
                       id = x.what->id](transport_result came) mutable {
      place.reset();
      caf::anon_send(
        to, exchange_ptr{std::make_shared<exchange>(exchange{generation, id, std::move(came)})});
    });
}

void sender_state::ask(bool fresh) {
  auto wish = std::make_shared<want>();
  wish->channel = post_->settings.name;
  wish->sender = self_.handle();
  wish->generation = generation_;
  if (wants_any())
    wish->room = held_.room().ask();
  wish->fresh = fresh;
  if (fresh)
    wish->held = held_.ids();
  self_.send(post_->persistence, want_ptr{std::move(wish)});
}

void sender_state::wake(steady_time at, steady_time now) {
  if (at == steady_time::max() || (wake_at_ && *wake_at_ <= at))
    return;
  wake_at_ = at;
  self_.after(std::max(at - now, steady_time::duration::zero()), 0);
}

sender_actor spawn_sender(caf::actor_system& system, supervisor_actor supervisor,
                          persistence_actor persistence, channel_settings settings,
                          channel_ptr channel, transport_ptr transport,
                          std::optional<timestamp> last_use, wall_clock clock,
                          std::shared_ptr<uuid_source> ids, metrics& counts) {
  auto post = std::make_shared<sender_post>();
  if (last_use)
    post->last_use = system.clock().now() - std::max(clock() - *last_use, milliseconds::zero());
  post->persistence = std::move(persistence);
  post->settings = std::move(settings);
  post->channel = std::move(channel);
  post->transport = std::move(transport);
  post->clock = std::move(clock);
  post->ids = std::move(ids);
  post->counts = &counts;
  return system.spawn<resilient_actor<sender_actor, sender_state>>(
    care{std::move(supervisor), counts}, std::move(post));
}

}  // namespace carillon
