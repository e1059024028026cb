#include "protocol/rules/preferences.hpp"

#include "protocol/rules/quiet.hpp"

#include <algorithm>
#include <utility>

namespace carillon::rules {

namespace {

constexpr std::string_view live_push = "system";

bool fits(const preference_rule& rule, notification_type type, std::string_view source,
          std::string_view channel) {
  return (!rule.type || *rule.type == type) && (rule.source.empty() || rule.source == source)
         && (rule.channel.empty() || rule.channel == channel);
}

}  // namespace

bool switched_off(const preferences& wanted, notification_type type, std::string_view source,
                  std::string_view channel) {
  const auto rule = std::ranges::find_if(
    wanted.rules, [&](const preference_rule& x) { return fits(x, type, source, channel); });
  return rule != wanted.rules.end() && !rule->enabled;
}

bool suppressed(const preferences& wanted, const notification& what) {
  if (switched_off(wanted, what.type, what.source, live_push))
    return true;
  return what.priority != priority::urgent && wanted.do_not_disturb
         && quiet_at(*wanted.do_not_disturb, what.visible_at);
}

void preference_history::tell(preferences_version version) {
  const auto at =
    std::ranges::lower_bound(versions_, version.since, {}, &preferences_version::since);
  if (at != versions_.end() && at->since == version.since)
    *at = std::move(version);
  else
    versions_.insert(at, std::move(version));
  if (versions_.size() > max_versions)
    versions_.erase(versions_.begin());
}

void preference_history::fill(std::vector<preferences_version> stored) {
  auto told = std::exchange(versions_, std::move(stored));
  for (auto& version : told)
    tell(std::move(version));
}

bool preference_history::suppresses(const notification& row) const {
  const auto next = std::ranges::lower_bound(versions_, row.seq, {}, &preferences_version::since);
  return next != versions_.begin() && suppressed(*std::prev(next)->what, row);
}

void preference_history::forget(std::int64_t seq) noexcept {
  const auto next = std::ranges::upper_bound(versions_, seq, {}, &preferences_version::since);
  if (next != versions_.begin())
    versions_.erase(versions_.begin(), std::prev(next));
}

}  // namespace carillon::rules
