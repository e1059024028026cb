#pragma once

#include "protocol/channel.hpp"
#include "protocol/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace carillon::rules {

/// The one token of a channel, or its tickets: which serves, and when the provider is asked for
/// another. There is one exchange at a time however many deliveries wait for it. What a token is
/// good for is told by the wall clock, waits between exchanges by the steady one.
class token_keeper {
 public:
  static constexpr milliseconds first_wait{1000};
  static constexpr milliseconds longest_wait{60'000};

  /// The token to send with; null where none serves.
  const std::string* serving(timestamp now) const;

  /// Whether there is a ticket, and takes it: nobody else gets that one.
  bool has_ticket(timestamp now) const;
  std::optional<std::string> take_ticket(timestamp now);

  /// Whether somebody who has something to send should ask for a token, or tickets, now: there is
  /// none, or it is time for a new one while the old still serves.
  bool should_ask(timestamp now, steady_time at) const;

  /// The exchange of that number begins. Nobody else asks until it is answered, or is given up
  /// after `patience`.
  void asked(std::uint64_t number, steady_time at, milliseconds patience);

  /// Whether the exchange of that number is the one under way; the answer to another is stale.
  bool awaits(std::uint64_t number) const { return under_way_ == number; }

  /// A token came. One that does not serve at `now` is a failure.
  void got(grant token, timestamp now, steady_time at);

  /// The exchange failed, and may go better later: after a wait that doubles from 1 s to 1 min
  /// with each failure in a row, or after the provider's own where that is longer.
  void failed(milliseconds wait, steady_time at);

  /// The provider refused this token: it serves no more. One that came since does.
  void refused(std::string_view token);

  /// Nothing is known any more, and no answer is waited for.
  void forget();

  /// Nobody asks before then.
  steady_time ready_at() const { return ready_at_; }

 private:
  std::optional<grant> have_;
  std::optional<std::uint64_t> under_way_;
  int failures_ = 0;
  steady_time ready_at_ = steady_time::min();
};

}  // namespace carillon::rules
