#include "protocol/rules/settle.hpp"

#include "protocol/rules/backoff.hpp"

#include <algorithm>
#include <string>

namespace carillon::rules {

namespace {

/// How soon a provider is asked again that limits without saying for how long.
constexpr milliseconds shortest_limit{1000};

/// How seldom, at most, for being limited again and again.
constexpr milliseconds longest_untold{60'000};

bool may_retry(error_class x) {
  return x == error_class::transient || x == error_class::rate_limited;
}

std::string describe(const outcome& how) {
  if (how.provider_code.empty() || how.excerpt.empty())
    return how.provider_code + how.excerpt;
  return how.provider_code + ": " + how.excerpt;
}

/// The backup takes over under its own address, budget and age, with the words rendered for it.
delivery next_step(const delivery& dead, const circumstances& at) {
  const auto& step = dead.failover.front();
  delivery next;
  next.id = at.fresh;
  next.event = dead.event;
  next.notification = dead.notification;
  next.channel = step.channel;
  next.recipient = step.recipient;
  next.user_id = dead.user_id;
  next.priority = dead.priority;
  next.max_attempts = step.max_attempts;
  next.due_at = at.now;
  if (step.max_age > milliseconds::zero())
    next.expires_at = at.now + step.max_age;
  next.expires_at = std::min(next.expires_at, step.until);
  next.trace_id = dead.trace_id;
  next.failover_of = dead.id;
  next.failover.assign(dead.failover.begin() + 1, dead.failover.end());
  next.content = step.content.value_or(dead.content);
  next.created_at = at.now;
  return next;
}

void die(transition& x, const circumstances& at) {
  x.delivery.status = delivery_status::dead;
  if (x.delivery.failover.empty() || x.delivery.failover.front().until <= at.now)
    return;
  x.successor = next_step(x.delivery, at);
  x.delivery.failed_over_to = at.fresh;
}

void deliver(delivery& what, const outcome& how, timestamp now) {
  what.status = delivery_status::delivered;
  what.error_class = error_class::none;
  what.last_error.clear();
  what.provider_message_id = how.provider_message_id;
  what.sent_at = now;
}

/// A limit uses up no attempt, but one that never says for how long is asked less and less often.
milliseconds untold_wait(const delivery& what, const outcome& how, const retry_policy& policy,
                         const circumstances& at) {
  if (how.wait > milliseconds::zero())
    return {};
  return std::min(backoff(policy, what.tries, at.random), longest_untold);
}

/// Retrying where an attempt is left and its time comes before the delivery's is over. One that is
/// limited for longer than that and has no backup waits for its end.
bool retry(delivery& what, const outcome& how, const retry_policy& policy,
           const circumstances& at) {
  if (!may_retry(how.error_class) || what.attempts >= what.max_attempts)
    return false;
  auto wait = std::max(backoff(policy, what.attempts, at.random), how.wait);
  if (how.error_class == error_class::rate_limited)
    wait = std::max({wait, shortest_limit, untold_wait(what, how, policy, at)});
  if (const auto left = what.expires_at - at.now; wait >= left) {
    if (how.error_class != error_class::rate_limited || !what.failover.empty()) {
      what.last_error += " (its time, max_age, is over before another attempt)";
      return false;
    }
    wait = std::max(left, milliseconds{0});
  }
  what.status = delivery_status::retrying;
  what.due_at = at.now + wait;
  return true;
}

}  // namespace

std::optional<address_change> change_of_address(const delivery& what, const finished& attempt) {
  const auto& how = attempt.how;
  if (what.recipient.empty() || how.error_class == error_class::none)
    return std::nullopt;
  if (!how.replace_address.empty() && how.replace_address != what.recipient)
    return address_change{what.recipient, how.replace_address, attempt.started_at};
  if (how.gone_since)
    return address_change{what.recipient, {}, std::min(*how.gone_since, attempt.started_at)};
  return std::nullopt;
}

transition settle(const delivery& what, const finished& attempt, const retry_policy& policy,
                  const circumstances& at) {
  const auto& how = attempt.how;
  transition x{.delivery = what};
  ++x.delivery.tries;
  if (how.error_class != error_class::rate_limited)
    ++x.delivery.attempts;
  if (how.error_class == error_class::none) {
    deliver(x.delivery, how, at.now);
  } else {
    x.delivery.error_class = how.error_class;
    x.delivery.last_error = describe(how);
    if (!retry(x.delivery, how, policy, at))
      die(x, at);
  }
  x.attempt = {.number = x.delivery.tries,
               .started_at = attempt.started_at,
               .duration = attempt.duration,
               .outcome = x.delivery.status,
               .error_class = how.error_class,
               .provider_code = how.provider_code,
               .excerpt = how.excerpt,
               .address = change_of_address(what, attempt)};
  return x;
}

transition give_up(const delivery& what, error_class why, std::string_view reason,
                   const circumstances& at) {
  transition x{.delivery = what};
  x.delivery.error_class = why;
  x.delivery.last_error = reason;
  die(x, at);
  x.attempt = {.number = 0,
               .started_at = at.now,
               .outcome = delivery_status::dead,
               .error_class = why,
               .excerpt = std::string{reason}};
  return x;
}

transition postpone(const delivery& what, timestamp until) {
  transition x{.delivery = what};
  x.delivery.due_at = std::min(until, what.expires_at);
  x.attempt = {.number = 0, .outcome = what.status};
  return x;
}

}  // namespace carillon::rules
