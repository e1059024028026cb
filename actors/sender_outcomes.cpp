#include "actors/questions.hpp"
#include "actors/sender_state.hpp"
#include "protocol/rules/expiry.hpp"

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
outcome judged(const channel& by, const delivery& what, const transport_result& came,
               timestamp now) {
  try {
    return by.judge_for(what, came, now);
  } catch (const std::exception& e) {
    return unreadable(e);
  }
}

/// What a line of the log is about, for its end.
std::string subject_of(const delivery& what) {
  std::string about = " channel=" + what.channel + " delivery_id=" + to_text(what.id);
  if (what.event)
    about += " event_id=" + to_text(*what.event);
  if (!what.trace_id.empty())
    about += " trace_id=" + what.trace_id;
  return about;
}

/// Which address it is tells the delivery: it may be as good as a password.
void log_change_of_address(const rules::transition& x) {
  if (x.attempt.address)
    spdlog::info("the provider says that the address {}{}",
                 x.attempt.address->moved_to.empty()
                   ? "is gone: it is deleted where it was stored for this channel"
                   : "has moved: it is replaced where it was stored for this channel",
                 subject_of(x.delivery));
}

/// One line for each outcome; what it was about stands at its end.
void log_outcome(const rules::transition& x) {
  const auto& what = x.delivery;
  const auto level = what.status == delivery_status::delivered  ? spdlog::level::debug
                     : what.status == delivery_status::retrying ? spdlog::level::info
                                                                : spdlog::level::warn;
  if (x.attempt.number == 0 && !is_final(what.status))
    return;  // no attempt: it only waits elsewhere
  if (!spdlog::should_log(level))
    return;
  const auto about = subject_of(what);
  if (what.status == delivery_status::delivered)
    spdlog::log(level, "delivered by attempt {} in {} ms{}", x.attempt.number,
                x.attempt.duration.count(), about);
  else if (what.status == delivery_status::retrying)
    spdlog::log(level, "attempt {} failed ({}), it is repeated: {}{}", x.attempt.number,
                to_string(what.error_class), what.last_error, about);
  else
    spdlog::log(level, "a delivery is {} after {} attempts ({}): {}{}", to_string(what.status),
                what.tries, to_string(what.error_class), what.last_error, about);
}

}  // namespace

void sender_state::read(const exchange& x) {
  auto* mine = x.generation == generation_ ? held_.find(x.delivery) : nullptr;
  if (mine && mine->at == held_delivery::stage::sending) {
    const auto now = self_.steady_now();
    told(*mine, now);
    rules::finished attempt{mine->started_at,
                            std::chrono::duration_cast<milliseconds>(now - mine->started),
                            judged(*mine->by, *mine->what, x.result, post_->clock())};
    if (!send_again(*mine, attempt)) {
      attempt.how = rules::last_word(std::move(attempt.how));
      circuit_.ended(attempt.how.error_class, now);
      settle(*mine, attempt);
      heed(*mine, attempt.how);
    }
  }
  go_on();
}

bool sender_state::send_again(held_delivery& x, const rules::finished& attempt) {
  if (attempt.how.refresh_token)
    post_->tokens.refused(x.token);
  auto again = rules::send_again(*x.what, attempt, x.again);
  if (!again)
    return false;
  circuit_.ended(error_class::none, x.started);  // it is there, and told what it wants
  log_change_of_address(*again);
  x.what = std::make_shared<const delivery>(std::move(again->delivery));
  again->attempt.uses = uses_of(x);
  x.earlier.push_back(std::move(again->attempt));
  held_.wait_again(x);
  return true;
}

void sender_state::settle(held_delivery& x, const rules::finished& attempt) {
  auto follows = rules::settle(*x.what, attempt, post_->settings.retry, circumstances());
  if (x.at == held_delivery::stage::sending)
    follows.attempt.uses = uses_of(x);
  follows.attempt.frozen = freeze(x, attempt.how, follows.delivery);
  decide(x, std::move(follows));
  note(attempt.how, x.outcome->delivery.last_error);
}

void sender_state::decide(held_delivery& x, rules::transition follows) {
  x.outcome = std::make_shared<const rules::transition>(std::move(follows));
  x.at = held_delivery::stage::settling;
  log_outcome(*x.outcome);
  log_change_of_address(*x.outcome);
  count(*x.outcome);
  tell(x);
}

void sender_state::heed(const held_delivery& x, const outcome& how) {
  if (how.error_class == error_class::invalid_credentials && x.by == post_->channel)
    hold_back(channel_state::broken, x.outcome->delivery.last_error);
}

void sender_state::bury() {
  const auto now = post_->clock();
  const bool broken = post_->held_back.state == channel_state::broken;
  if (now < held_.earliest_expiry() && !broken)
    return;
  const auto expired = [&](const delivery& x) { return x.expires_at <= now; };
  for (auto* x : held_.take_if(
         [&](const delivery& what) { return expired(what) || (broken && !what.failover.empty()); }))
    decide(*x, expired(*x->what)
                 ? rules::expire(*x->what, circumstances())
                 : rules::give_up(*x->what, error_class::invalid_credentials,
                                  "the channel's credentials were refused", circumstances()));
}

void sender_state::tell(held_delivery& x) {
  x.tell_at.reset();
  const auto& follows = *x.outcome;
  settlement what{
    .delivery = {x.outcome, &follows.delivery}, .attempt = follows.attempt, .earlier = x.earlier};
  if (follows.successor)
    what.successor = {x.outcome, &*follows.successor};
  what.reply = answer<bool>{
    [to = self_.handle(), generation = generation_, id = x.what->id](const result<bool>& said) {
      const bool again = said ? !*said : may_be_told_again(said.error());
      caf::anon_send(to, settled{generation, id, !again});
    }};
  self_.send(post_->persistence, unit_of(std::move(what), post_->clock(), self_.steady_now()));
}

void sender_state::acknowledge(const settled& x) {
  auto* mine = x.generation == generation_ ? held_.find(x.delivery) : nullptr;
  if (!mine || mine->at != held_delivery::stage::settling)
    return;
  if (x.committed) {
    if (mine->outcome->successor)
      post_->success_is_news = true;  // the watchdog was told when it was committed
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
  else if (x.attempt.number > 0 && what.status == delivery_status::retrying)
    post_->counts->retried(channel);
  else if (is_final(what.status))
    post_->counts->failed(channel, what.error_class);
}

rules::circumstances sender_state::circumstances() {
  const auto now = post_->clock();
  return {.now = now, .random = random_(), .fresh = {post_->ids->next(now)}};
}

}  // namespace carillon
