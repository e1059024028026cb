#include "actors/sender_state.hpp"

#include <spdlog/spdlog.h>
#include <caf/send.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace carillon {

namespace {

constexpr milliseconds first_telling_again{100};
constexpr milliseconds last_telling_again{5000};

/// True where the same unit may be accepted later.
bool may_be_told_again(const error& why) {
  return why.code == errc::busy || why.code == errc::unavailable || why.code == errc::internal;
}

/// `judge` promises not to throw; should it, the provider may well have taken the message.
outcome judged(const channel& by, const transport_result& came, timestamp now) {
  try {
    return by.judge(came, now);
  } catch (const std::exception& e) {
    return {.error_class = error_class::transient,
            .excerpt = std::string{"answered, but the outcome is unknown: "} + e.what()};
  }
}

}  // namespace

void sender_state::read(const exchange& x) {
  auto* mine = x.generation == generation_ ? held_.find(x.delivery) : nullptr;
  if (mine && mine->at == held_delivery::stage::sending) {
    const auto now = self_.steady_now();
    const auto how = judged(*post_->channel, x.result, post_->clock());
    const auto took = std::chrono::duration_cast<milliseconds>(now - mine->started);
    circuit_.ended(how.error_class, now);
    settle(*mine, {mine->started_at, took, how});
    heed(how, *mine->outcome);
  }
  go_on();
}

void sender_state::settle(held_delivery& x, const rules::finished& attempt) {
  decide(x, rules::settle(*x.what, attempt, post_->settings.retry, circumstances()));
}

void sender_state::decide(held_delivery& x, rules::transition follows) {
  x.outcome = std::make_shared<const rules::transition>(std::move(follows));
  x.at = held_delivery::stage::settling;
  count(*x.outcome);
  tell(x);
}

void sender_state::heed(const outcome& how, const rules::transition& follows) {
  if (how.error_class == error_class::rate_limited) {
    auto wait = std::max(how.wait, milliseconds{1000});
    if (follows.delivery.status == delivery_status::retrying)
      wait = std::max(wait, follows.delivery.due_at - post_->clock());
    post_->frozen_until = std::max(post_->frozen_until, self_.steady_now() + wait);
    rate_.freeze(post_->frozen_until);
  } else if (how.error_class == error_class::invalid_credentials && !broken_) {
    broken_ = true;
    bury();
    held_.forget_waiting();
    ask(true);
    spdlog::error("channel {}: its credentials were refused ({}); it sends nothing more",
                  post_->settings.name, how.provider_code);
  }
}

void sender_state::bury() {
  const auto now = post_->clock();
  if (now < held_.earliest_expiry() && !broken_)
    return;
  const auto expired = [&](const delivery& x) { return x.expires_at <= now; };
  for (auto* x : held_.take_if([&](const delivery& what) {
         return expired(what) || (broken_ && !what.failover.empty());
       }))
    decide(*x, expired(*x->what)
                 ? rules::give_up(*x->what, error_class::transient,
                                  "not delivered before its time was over", circumstances())
                 : rules::give_up(*x->what, error_class::invalid_credentials,
                                  "the channel's credentials were refused", circumstances()));
}

void sender_state::tell(held_delivery& x) {
  x.tell_at.reset();
  const auto& follows = *x.outcome;
  settlement what{.delivery = {x.outcome, &follows.delivery}, .attempt = follows.attempt};
  if (follows.successor)
    what.successor = {x.outcome, &*follows.successor};
  what.reply = answer<bool>{
    [to = self_.handle(), generation = generation_, id = x.what->id](const result<bool>& said) {
      const bool again = said ? !*said : may_be_told_again(said.error());
      caf::anon_send(to, settled{generation, id, !again});
    }};
  auto told = std::make_shared<unit>();
  told->what = std::move(what);
  told->now = post_->clock();
  told->arrived = self_.steady_now();
  self_.send(post_->persistence, unit_ptr{std::move(told)});
}

void sender_state::acknowledge(const settled& x) {
  auto* mine = x.generation == generation_ ? held_.find(x.delivery) : nullptr;
  if (!mine || mine->at != held_delivery::stage::settling)
    return;
  if (x.committed) {
    held_.drop(x.delivery);
  } else if (!mine->tell_at) {
    const auto wait =
      std::min(first_telling_again * (1 << std::min(mine->refusals, 6)), last_telling_again);
    ++mine->refusals;
    mine->tell_at = self_.steady_now() + wait;
    tell_at_ = std::min(tell_at_, *mine->tell_at);
  }
  go_on();
}

void sender_state::tell_again(steady_time now) {
  if (tell_at_ <= now) {
    for (auto* x : held_.to_tell_again(now))
      tell(*x);
    tell_at_ = held_.next_telling().value_or(steady_time::max());
  }
  wake(tell_at_, now);
}

void sender_state::count(const rules::transition& x) {
  const auto& channel = post_->settings.name;
  const auto& what = x.delivery;
  if (what.status == delivery_status::delivered)
    post_->counts->sent(channel,
                        std::chrono::duration<double>(*what.sent_at - what.created_at).count());
  else if (what.status == delivery_status::retrying)
    post_->counts->retried(channel);
  else
    post_->counts->failed(channel, what.error_class);
}

rules::circumstances sender_state::circumstances() {
  const auto now = post_->clock();
  return {.now = now, .random = random_(), .fresh = {post_->ids->next(now)}};
}

}  // namespace carillon
