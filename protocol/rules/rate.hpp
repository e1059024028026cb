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
/// A use may count later than it is taken; the promise then holds whenever in between it reaches
/// the provider.
class rate {
 public:
  /// Without a limit nothing waits but what is frozen. The bucket is full, or empty when the
  /// channel was last used within a window before `now`.
  rate(const std::optional<rate_limit>& limit, steady_time now,
       std::optional<steady_time> last_use);

  /// One that was used at these times, in order, all before `now`.
  rate(const rate_limit& limit, steady_time now, std::span<const steady_time> uses);

  /// The earliest time a take can succeed; `now` or before when it can at once. One of a `weight`
  /// takes so many tokens together, at most as many as the bucket holds. What does not count yet
  /// may do so at once, so nothing that is told makes the time earlier.
  steady_time ready_at(steady_time now, int weight = 1) const;

  /// Takes the tokens and says nothing, or takes none and says until when to wait. The use counts
  /// from `counts_at` on, `now` where it is earlier.
  std::optional<steady_time> take(steady_time now, int weight = 1,
                                  steady_time counts_at = steady_time::min());

  /// A use that was to count from `counts_at` on does so from `at` on. Does nothing where it is
  /// known no more or `at` is no earlier.
  void told(steady_time counts_at, steady_time at, int weight = 1);

  /// One that was taken under another limit and does not count yet.
  void hold(steady_time counts_at);

  /// The provider says when to come back: nothing is taken before. An earlier end than one already
  /// told changes nothing.
  void freeze(steady_time until);

  /// Whether a fresh one would say the same from now on: nothing is used up or frozen.
  bool unused(steady_time now) const;

 private:
  using duration = steady_time::duration;

  bool refills() const { return interval_ > duration::zero(); }
  int tokens_for(int weight) const;
  void use(steady_time at, steady_time counts_at);
  duration credit_at(steady_time now) const;
  void forget_over(steady_time now);

  bool limited_ = false;
  int capacity_ = 0;
  steady_time frozen_until_ = steady_time::min();

  // A bucket: credit is time, one token is worth `interval_` of it.
  duration interval_{0};
  duration credit_{0};
  steady_time counted_at_{};

  // Tokens that come back so long after their uses.
  duration back_after_{0};

  /// From when on uses count, in order: those whose tokens are out, and of a bucket those that did
  /// not when it was counted last. Until it counts, each takes up room in a bucket.
  std::vector<steady_time> uses_;
};

}  // namespace carillon::rules
