#pragma once

#include "protocol/channel.hpp"
#include "protocol/rules/rate.hpp"
#include "protocol/time.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace carillon::rules {

/// The rates of a channel's scopes, such as its chats, by key. It remembers no more than `bound` of
/// them: those that are as good as new are forgotten, and where none is, a new scope waits a second
/// at a time until one is. So the bound costs time, and never a promise.
class scope_table {
 public:
  /// Windows up to this long are kept across a start of the process for every scope as if it were
  /// the one that was used last. With longer ones every address would wait for hours: what is known
  /// of each is asked for (`unknown`) and told (`remember`) before it is used.
  static constexpr milliseconds longest_remembered{60'000};

  /// `last_use`: when any scope may have been used before, by an earlier process; `born`: since
  /// when this table has seen every use.
  scope_table(std::optional<steady_time> last_use, steady_time born, std::size_t bound = 65'536);

  /// Those that may have been used before this table came, and nothing is known of that.
  std::vector<scope_limit> unknown(std::span<const scope_limit> all, steady_time now) const;

  /// It was used at these times, in order. Does nothing with one that is known.
  void remember(const scope_limit& what, steady_time now, std::span<const steady_time> uses);

  /// How long a use may count against a limit.
  static milliseconds counts_for(const rate_limit& limit);

  /// How many attempts under all of these a process may have had under way when it died: as many
  /// at once as the channel and the narrowest of them let through within an attempt's time.
  static int under_way(std::span<const scope_limit> all, int concurrency, milliseconds timeout);

  /// The earliest time at which all of them have room; `now` or before when they have it now.
  steady_time ready_at(std::span<const scope_limit> all, steady_time now);

  /// Takes from each, at a time when all are ready; the use counts from `counts_at` on.
  void take(std::span<const scope_limit> all, steady_time now,
            steady_time counts_at = steady_time::min());

  /// A use that should count from a later time counts from `at` on.
  void told(std::span<const scope_limit> all, steady_time counts_at, steady_time at);

  /// The provider says when these may be used again. Answers whether others are frozen as well.
  bool freeze(std::span<const scope_limit> all, steady_time now, steady_time until);

  /// The provider said so before this process: that key is not used until then.
  void keep_frozen(const std::string& key, steady_time until);

  /// A time for one that cannot wait here: after all that were given one before, each as far from
  /// the next as the slowest of the scopes lets them through.
  steady_time book(std::span<const scope_limit> all, steady_time now);

  std::size_t size() const noexcept { return scopes_.size(); }

 private:
  struct scope {
    rate_limit limit{};
    rate left;
    steady_time booked_until{steady_time::min()};
  };

  /// Null while there is no room for one more.
  scope* find(const scope_limit& what, steady_time now);
  bool make_room(steady_time now);
  scope& enter(const scope_limit& what, rate left);

  std::optional<steady_time> last_use_;
  steady_time born_;
  std::size_t bound_;
  /// The keys that are frozen, and until when.
  std::unordered_map<std::string, steady_time> frozen_;
  /// Before then looking for one to forget is in vain.
  steady_time full_until_ = steady_time::min();
  std::unordered_map<std::string, scope> scopes_;
};

}  // namespace carillon::rules
