#include "protocol/rules/alerts.hpp"

#include "protocol/codec/time.hpp"
#include "protocol/words.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace carillon::rules {

namespace {

constexpr words<alert_kind_count> alert_words{
  "consecutive_failures", "dead_letters", "credentials_refused",
  "circuit_open",         "failover",     "limited",
  "template_refused"};

/// Shorter limits are everyday life.
constexpr milliseconds shortest_worth_telling = std::chrono::minutes{30};

/// What ends with the channel's next success.
constexpr std::array until_success{alert_kind::failover, alert_kind::limited,
                                   alert_kind::unapproved};

std::string why(const alert& x) {
  return x.reason.empty() ? std::string{} : " The provider's last word: " + x.reason + ".";
}

std::string several(std::int64_t count, const std::string& what) {
  return std::to_string(count) + ' ' + what + (count == 1 ? "" : "s");
}

}  // namespace

std::string_view to_string(alert_kind x) {
  return word_of(alert_words, x);
}

std::string title_of(const alert& x) {
  const auto channel = "Channel " + x.channel;
  switch (x.kind) {
    case alert_kind::failures:
      return x.over ? channel + " delivers again"
                    : channel + ": " + several(x.count, "attempt") + " in a row failed";
    case alert_kind::dead_letters:
      return x.over ? channel + ": its dead letters are within bounds again"
                    : channel + " has " + several(x.count, "dead letter");
    case alert_kind::broken:
      return channel
             + (x.over ? ": its credentials are good again" : ": its credentials were refused");
    case alert_kind::open:
      return channel + (x.over ? ": its provider is back" : ": its provider is away");
    case alert_kind::failover:
      return channel
             + (x.over ? " delivers again, " + x.backup + " need no longer stand in for it"
                       : " failed over to " + x.backup);
    case alert_kind::limited:
      return channel
             + (x.over ? " delivers again, its provider limits it no longer"
                       : " is limited by its provider until " + codec::rfc3339(*x.until));
    case alert_kind::unapproved:
      return channel
             + (x.over ? " delivers again after a refused sign or template"
                       : ": a sign or a template was refused");
  }
  return channel;
}

std::string text_of(const alert& x) {
  if (x.over)
    return title_of(x) + '.';
  switch (x.kind) {
    case alert_kind::failures:
      return title_of(x) + "; retries go on." + why(x);
    case alert_kind::dead_letters:
      return title_of(x) + ": look into them, and replay what is still of use.";
    case alert_kind::broken:
      return title_of(x) + ". It sends nothing until it is configured anew or tests well; what it "
             "has waits, or goes to its backup." + why(x);
    case alert_kind::open:
      return title_of(x) + ". What it has waits, and one attempt from time to time probes it."
             + why(x);
    case alert_kind::failover:
      return title_of(x) + ": a delivery died on it and its backup takes over." + why(x);
    case alert_kind::limited:
      return title_of(x) + ". What it has waits, or goes to its backup where its time is over "
             "before: a quota may be used up." + why(x);
    case alert_kind::unapproved:
      return title_of(x) + ". What needs it dies until it is approved there, or another one is "
             "configured here." + why(x);
  }
  return title_of(x);
}

std::string data_of(const alert& x) {
  nlohmann::json out{{"kind", to_string(x.kind)},
                     {"channel", x.channel},
                     {"status", x.over ? "resolved" : "firing"},
                     {"title", title_of(x)},
                     {"message", text_of(x)}};
  if (x.count > 0)
    out["count"] = x.count;
  if (!x.reason.empty())
    out["reason"] = x.reason;
  if (!x.backup.empty())
    out["failed_over_to"] = x.backup;
  if (x.until)
    out["until"] = codec::rfc3339(*x.until);
  return out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::vector<alert> alerts::hear(const failing& x, timestamp now) {
  std::vector<alert> out;
  note({.kind = alert_kind::failures,
        .channel = x.channel,
        .count = x.in_a_row,
        .reason = x.last_error},
       x.in_a_row > bounds_.consecutive_failures, now, out);
  if (x.for_operator)
    note({.kind = alert_kind::unapproved, .channel = x.channel, .reason = x.last_error}, true, now,
         out);
  else if (x.in_a_row == 0)
    for (const auto kind : until_success)
      note({.kind = kind, .channel = x.channel}, false, now, out);
  return out;
}

std::vector<alert> alerts::hear(const channel_standing& x, timestamp now) {
  std::vector<alert> out;
  const bool first = known_.insert(x.channel).second;
  if (x.state == channel_state::paused || x.state == channel_state::disabled)
    return out;  // by an operator: that is neither news nor the end of anything
  for (const auto& [kind, state] : {std::pair{alert_kind::broken, channel_state::broken},
                                    std::pair{alert_kind::open, channel_state::open}}) {
    const alert about{.kind = kind, .channel = x.channel, .reason = x.why};
    if (first && x.state == state)
      conditions_[{x.channel, kind}] = {about, true, true, std::nullopt};
    else
      note(about, x.state == state, now, out);
  }
  return out;
}

std::vector<alert> alerts::hear(const failed_over& x, timestamp now) {
  std::vector<alert> out;
  note({.kind = alert_kind::failover, .channel = x.channel, .reason = x.why, .backup = x.to}, true,
       now, out);
  return out;
}

std::vector<alert> alerts::hear(const limited& x, timestamp now) {
  std::vector<alert> out;
  if (x.until - x.since >= shortest_worth_telling)
    note({.kind = alert_kind::limited, .channel = x.channel, .reason = x.why, .until = x.until},
         true, now, out);
  return out;
}

std::vector<alert> alerts::count_dead(const std::string& channel, std::int64_t dead,
                                      timestamp now) {
  std::vector<alert> out;
  note({.kind = alert_kind::dead_letters, .channel = channel, .count = dead},
       dead > bounds_.dead_letters, now, out);
  return out;
}

std::vector<alert> alerts::wake(timestamp now) {
  std::vector<alert> out;
  for (auto& [key, x] : conditions_)
    if (x.stands && !x.told && may_tell(x, now))
      note(x.last, !x.last.until || *x.last.until > now, now, out);
  return out;
}

std::optional<timestamp> alerts::wakes_at() const {
  std::optional<timestamp> first;
  for (const auto& [key, x] : conditions_)
    if (x.stands && !x.told && x.told_at) {
      const auto at = *x.told_at + bounds_.cooldown;
      first = std::min(first.value_or(at), at);
    }
  return first;
}

bool alerts::may_tell(const condition& x, timestamp now) const {
  return !x.told_at || now >= *x.told_at + bounds_.cooldown;
}

void alerts::note(alert x, bool stands, timestamp now, std::vector<alert>& out) {
  const key of{x.channel, x.kind};
  const auto found = conditions_.find(of);
  if (found == conditions_.end() && !stands)
    return;
  auto& known = found == conditions_.end() ? conditions_[of] : found->second;
  known.stands = stands;
  if (stands && may_tell(known, now)) {
    known.told = true;
    known.told_at = now;
    out.push_back(x);
  } else if (!stands && std::exchange(known.told, false)) {
    out.push_back({.kind = x.kind,
                   .channel = x.channel,
                   .over = true,
                   .count = x.count,
                   .backup = known.last.backup});
  }
  known.last = std::move(x);
}

}  // namespace carillon::rules
