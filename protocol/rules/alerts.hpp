#pragma once

#include "protocol/standing.hpp"
#include "protocol/time.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace carillon::rules {

/// What the operator wants to be told.
struct alert_bounds {
  /// More failed attempts in a row than that on one channel.
  int consecutive_failures{3};
  /// More dead letters than that of one channel.
  std::int64_t dead_letters{100};
  /// At most one alert of a kind and channel in it.
  milliseconds cooldown{std::chrono::minutes{15}};
};

enum class alert_kind : std::uint8_t {
  failures,
  dead_letters,
  broken,
  open,
  failover,
  limited,     ///< by the provider, for half an hour or longer
  unapproved,  ///< a sign or a template was refused, which no retry mends
};

inline constexpr std::size_t alert_kind_count = 7;

std::string_view to_string(alert_kind x);

/// One alert, or its all-clear.
struct alert {
  alert_kind kind{alert_kind::failures};
  std::string channel{};
  /// The all-clear of one that was raised.
  bool over{false};
  /// Failures in a row, or dead letters; 0 where there is nothing to count.
  std::int64_t count{0};
  /// What the provider said last, without secrets.
  std::string reason{};
  /// The backup that took over, or that is no longer needed.
  std::string backup{};
  /// How long a limit lasts.
  std::optional<timestamp> until{};
};

/// What an alert says in its title and text.
std::string title_of(const alert& x);
std::string text_of(const alert& x);
/// The same, and for programs: the data of its event, a JSON object.
std::string data_of(const alert& x);

/// Decides which alerts are raised and taken back. One that stands is raised once, and again if it
/// is heard of after the cooldown; one that comes within the cooldown of the last of its kind and
/// channel waits for the end of it, and is dropped if it is over by then. An all-clear is told
/// where the alert was. Of a failover, a limit and what was not approved it comes with the
/// channel's next success.
class alerts {
 public:
  explicit alerts(const alert_bounds& bounds) : bounds_(bounds) {}

  /// Each answers what is to be told now.
  std::vector<alert> hear(const failing& x, timestamp now);
  /// The first of a channel is how it stood already, known to the operator.
  std::vector<alert> hear(const channel_standing& x, timestamp now);
  std::vector<alert> hear(const failed_over& x, timestamp now);
  std::vector<alert> hear(const limited& x, timestamp now);
  std::vector<alert> count_dead(const std::string& channel, std::int64_t dead, timestamp now);

  /// Those that had to wait for the end of their cooldown, and when to look again.
  std::vector<alert> wake(timestamp now);
  std::optional<timestamp> wakes_at() const;

 private:
  using key = std::pair<std::string, alert_kind>;

  struct condition {
    alert last{};
    bool stands{false};
    bool told{false};
    std::optional<timestamp> told_at{};
  };

  void note(alert x, bool stands, timestamp now, std::vector<alert>& out);
  bool may_tell(const condition& x, timestamp now) const;

  alert_bounds bounds_;
  std::map<key, condition> conditions_;
  /// The channels that were heard of.
  std::set<std::string> known_;
};

}  // namespace carillon::rules
