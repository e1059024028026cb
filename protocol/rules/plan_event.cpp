#include "protocol/rules/addressing.hpp"
#include "protocol/rules/event_planner.hpp"
#include "protocol/rules/plan.hpp"
#include "protocol/rules/route_audience.hpp"
#include "protocol/rules/route_words.hpp"
#include "protocol/rules/routing.hpp"
#include "protocol/rules/when.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace carillon::rules {

namespace {

using kind = target::kind;

}  // namespace

std::vector<std::string> needs_facts(const event_draft& draft, const catalog& what) {
  static const facts nothing;
  const addressing addresses{what, nothing};
  std::set<std::string> users;
  for (const auto& by : what.routes) {
    const bool templated = is_templated(what, by, draft.what.type);
    const auto asks = [&](const std::string& name) {
      return templated || addresses.asks_facts(name);
    };
    if (!matches(by.event, draft.what.type) || std::ranges::none_of(by.channels, asks))
      continue;
    std::optional<when_facts> asked;
    if (!by.audience_field.empty())
      asked.emplace(draft.what);
    for (const auto& who : addressees_of(by, draft.what, asked ? &*asked : nullptr, nothing))
      if ((who.is == kind::user || who.is == kind::text) && may_be_user(who.text))
        users.insert(who.text);
  }
  return {users.begin(), users.end()};
}

std::vector<audience> needs_groups(const event_draft& draft, const catalog& what) {
  static const facts nothing;
  const addressing addresses{what, nothing};
  std::vector<audience> groups;
  for (const auto& by : what.routes) {
    const auto asks = [&](const std::string& name) {
      const auto* entry = addresses.find(name);
      return addresses.asks_facts(name) && entry->needs_address;
    };
    const bool group = by.enabled && by.addresses.empty() && tells_group(by);
    if (group && matches(by.event, draft.what.type) && std::ranges::any_of(by.channels, asks)
        && std::ranges::find(groups, *by.to) == groups.end())
      groups.push_back(*by.to);
  }
  return groups;
}

result<acceptance> plan(event_draft draft, const catalog& what, const facts& known, timestamp now,
                        uuid_source& ids) {
  return event_planner{std::move(draft.what), what, known, now, ids, draft.type}.plan();
}

}  // namespace carillon::rules
