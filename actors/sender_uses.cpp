#include "actors/sender_state.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <iterator>

namespace carillon {

namespace {

/// What the transport needs beside the time of an exchange.
constexpr seconds transport_grace{5};

/// A connection that was not taken for so long after the request was written on it is taken for
/// one whose other end thinks about its answer.
constexpr seconds longest_silence{1};

}  // namespace

milliseconds patience_of(const channel_settings& settings) {
  return std::max(settings.timeout, milliseconds{15'000}) + transport_grace;
}

rules::rate sender_state::rate_now() const {
  const auto now = self_.steady_now();
  const auto& untold = post_->untold;
  const auto to_come = untold.upper_bound(now);
  auto last_use = post_->last_use_at;
  if (to_come != untold.begin())
    last_use = std::max(last_use, std::optional{*std::prev(to_come)});
  rules::rate out{post_->settings.rate, now, last_use};
  std::for_each(to_come, untold.end(), [&](auto at) { out.hold(at); });
  return out;
}

void sender_state::use(held_delivery& x, steady_time now) {
  x.counts_at = now + patience_of(post_->settings);
  rate_.take(now, 1, x.counts_at);
  post_->scopes.take(x.scopes, now, x.counts_at);
  post_->last_use_at = now;
  post_->untold.erase(post_->untold.begin(), post_->untold.upper_bound(now));
  post_->untold.insert(x.counts_at);
}

void sender_state::told(held_delivery& x, steady_time at) {
  if (x.counts_at <= at)
    return;
  rate_.told(x.counts_at, at);
  post_->scopes.told(x.scopes, x.counts_at, at);
  if (const auto known = post_->untold.find(x.counts_at); known != post_->untold.end())
    post_->untold.erase(known);
  if (at > self_.steady_now())
    post_->untold.insert(at);
  else
    post_->last_use_at = at;
  x.counts_at = at;
}

void sender_state::read(const attempt_written& x) {
  auto* mine = x.generation == generation_ ? held_.find(x.delivery) : nullptr;
  if (!mine || mine->at != held_delivery::stage::sending)
    return;
  const auto now = self_.steady_now();
  told(*mine, x.by == peer::heard ? now : now + longest_silence);
  go_on();
}

transport::written sender_state::note_for(const held_delivery& x) const {
  if (!post_->settings.rate && x.scopes.empty())
    return {};
  return [to = self_.handle(), generation = generation_, id = x.what->id](peer by) {
    caf::anon_send(to, channel_order{attempt_written{generation, id, by}});
  };
}

}  // namespace carillon
