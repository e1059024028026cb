#include "actors/sender_state.hpp"

#include <algorithm>
#include <exception>
#include <memory>
#include <utility>

namespace carillon {

namespace {

/// How soon what waits for a ticket is looked at again, should nobody call for it.
constexpr seconds longest_unseen{1};

bool lacks_ticket(const channel& by, const delivery& what, timestamp now) {
  try {
    return by.needs_ticket(what, now);
  } catch (const std::exception&) {
    return false;  // `compose` tells what is wrong with it
  }
}

}  // namespace

steady_time sender_state::ticket_ready_at(const held_delivery& x, steady_time now) {
  const auto today = post_->clock();
  if (!lacks_ticket(*post_->channel, *x.what, today) || post_->tokens.has_ticket(today))
    return now;
  tickets_wanted_ = true;
  return std::max(now + longest_unseen, post_->tokens.ready_at());
}

bool sender_state::take_ticket(held_delivery& x) {
  const auto today = post_->clock();
  if (!lacks_ticket(*post_->channel, *x.what, today))
    return false;
  auto with = *x.what;
  with.ticket = post_->tokens.take_ticket(today).value_or(std::string{});
  decide(x, rules::postpone(with, today));
  return true;
}

void sender_state::ask_for_tickets(steady_time now) {
  if (std::exchange(tickets_wanted_, false))
    request_token(now);
}

held_delivery* sender_state::first_in_need(steady_time now) {
  if (post_->channel->needs_token())
    return held_.next(now, [&](const held_delivery&) { return now; });
  const auto today = post_->clock();
  held_.look_again();
  auto* first = held_.next(now, [&](const held_delivery& x) {
    return lacks_ticket(*post_->channel, *x.what, today) ? now : steady_time::max();
  });
  held_.look_again();
  return first;
}

}  // namespace carillon
