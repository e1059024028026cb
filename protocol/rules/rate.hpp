#pragma once

#include "protocol/channel.hpp"
#include "protocol/time.hpp"

#include <optional>
#include <span>
#include <vector>

namespace carillon::rules {

/// A channel's turn to send: no window of the limit's length ever holds more than its count of
/// takes, whatever their pattern. A bucket of `burst` tokens (count / 4 and at least 1 unless
/// given) fills so slowly that a full one and all that flows in during a window stay within the
/// count. Where the burst is the count itself, each token comes back a window after its use.
/// A guard of 1 % of the window, at least 100 ms, covers what the way to the provider compresses.
class rate {
 public:
  /// Without a limit nothing waits but what is frozen. The bucket is full, or empty when the
  /// channel was last used within a window before `now`.
  rate(const std::optional<rate_limit>& limit, steady_time now,
       std::optional<steady_time> last_use);

  /// One that was used at these times, in order, all before `now`.
  rate(const rate_limit& limit, steady_time now, std::span<const steady_time> uses);

  /// The earliest time a take can succeed; `now` or before when it can at once. One of a `weight`
  /// takes so many tokens together, at most as many as the bucket holds.
  steady_time ready_at(steady_time now, int weight = 1) const;

  /// Takes the tokens and says nothing, or takes none and says until when to wait.
  std::optional<steady_time> take(steady_time now, int weight = 1);

  /// The provider says when to come back: nothing is taken before. An earlier end than one already
  /// told changes nothing.
  void freeze(steady_time until);

  /// Whether a fresh one would say the same from now on: nothing is used up or frozen.
  bool unused(steady_time now) const;

 private:
  using duration = steady_time::duration;

  bool refills() const { return interval_ > duration::zero(); }
  int tokens_for(int weight) const;
  void use(steady_time at);
  duration credit_at(steady_time now) const;
  void forget_returned(steady_time now);

  bool limited_ = false;
  int capacity_ = 0;
  steady_time frozen_until_ = steady_time::min();

  // A bucket: credit is time, one token is worth `interval_` of it.
  duration interval_{0};
  duration credit_{0};
  steady_time counted_at_{};

  // Tokens that come back: when, in order.
  duration back_after_{0};
  std::vector<steady_time> out_;
};

}  // namespace carillon::rules
