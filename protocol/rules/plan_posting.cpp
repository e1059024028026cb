#include "protocol/query.hpp"
#include "protocol/rules/addressing.hpp"
#include "protocol/rules/plan.hpp"
#include "protocol/rules/route_audience.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace carillon::rules {

namespace {

/// A role or a store; a broadcast is to whoever is there.
bool names_group(const audience& to) {
  return !to.personal() && !to.broadcast();
}

target target_of(const audience& to) {
  if (to.personal())
    return {target::kind::user, to.user_id};
  return {target::kind::group, {}};
}

message message_of(const notification& what, timestamp now) {
  message out;
  out.content = {.type = "notification",
                 .title = what.title,
                 .text = what.message,
                 .data = what.extra_data.empty() ? "{}" : what.extra_data};
  out.notification = what.id;
  out.type = what.type;
  out.source = what.source;
  out.priority = what.priority;
  out.trace_id = what.trace_id;
  out.now = now;
  out.due_at = std::max(now, what.deliver_at.value_or(now));
  out.expires_at = what.expires_at.value_or(timestamp::max());
  return out;
}

/// Plans posted notifications one after the other.
class posting_planner {
 public:
  posting_planner(bool batch, const addressing& addresses, const facts& known, timestamp now,
                  uuid_source& ids)
      : batch_(batch), addresses_(addresses), known_(known), now_(now), ids_(ids) {}

  void add(notification_draft& draft) {
    auto what = std::make_shared<notification>(std::move(draft.what));
    what->id = {ids_.next(now_)};
    what->created_at = now_;
    const auto place = out_.notifications.size();
    bool listed = false;
    for (std::size_t i = 0; i < draft.channels.size(); ++i) {
      const auto& channel = draft.channels[i];
      const auto* entry = addresses_.find(channel);
      if (addresses_.is_inbox(channel) && (entry == nullptr || entry->settings.enabled))
        listed = true;
      else if (entry == nullptr)
        faults_.push_back({path(place, i), "is not a configured channel"});
      else
        deliver(channel, *what);
    }
    listed_.push_back(listed);
    out_.notifications.push_back(std::move(what));
  }

  result<creation> finish() {
    if (!faults_.empty())
      return error{errc::invalid, "a channel is not configured", std::move(faults_)};
    out_.inbox = std::ranges::find(listed_, true) != listed_.end();
    if (out_.inbox && std::ranges::find(listed_, false) != listed_.end()) {
      listed_.flip();
      out_.unlisted = std::move(listed_);
    }
    return std::move(out_);
  }

 private:
  void deliver(const std::string& channel, const notification& what) {
    const auto told = message_of(what, now_);
    auto people = people_of(channel, what.to);
    if (people.size() > most_told_at_once || told_singly_ + people.size() > most_told_by_posting)
      return send(channel, target_of(what.to), {.why_not = "audience_too_large"}, told);
    told_singly_ += people.size();
    if (people.empty())
      people.push_back(target_of(what.to));
    for (const auto& who : addresses_.expanded(channel, std::move(people)))
      send(channel, who, addresses_.reach_on(channel, who, told), told);
  }

  /// Those of a role or store who are told one by one.
  std::vector<target> people_of(const std::string& channel, const audience& to) const {
    std::vector<target> out;
    const auto* entry = addresses_.find(channel);
    if (names_group(to) && entry->needs_address && entry->settings.enabled)
      for (const auto& [user, about] : known_)
        if (belongs(about, to))
          out.push_back({target::kind::user, user});
    return out;
  }

  void send(const std::string& channel, const target& who, reach where, const message& told) {
    auto made = addresses_.deliver(channel, who, std::move(where), {}, told);
    made->id = {ids_.next(now_)};
    out_.deliveries.push_back(std::move(made));
  }

  std::string path(std::size_t draft, std::size_t channel) const {
    std::string out;
    if (batch_)
      out = "/notifications/" + std::to_string(draft);
    out += "/channels/";
    out += std::to_string(channel);
    return out;
  }

  bool batch_;
  const addressing& addresses_;
  const facts& known_;
  timestamp now_;
  uuid_source& ids_;
  creation out_;
  std::vector<bool> listed_;
  std::vector<fault> faults_;
  std::size_t told_singly_ = 0;
};

}  // namespace

std::vector<std::string> needs_facts(std::span<const notification_draft> drafts,
                                     const catalog& what) {
  static const facts nothing;
  const addressing addresses{what, nothing};
  std::set<std::string> users;
  for (const auto& draft : drafts) {
    const auto asks = [&](const std::string& name) { return addresses.asks_facts(name); };
    if (draft.what.to.personal() && std::ranges::any_of(draft.channels, asks))
      users.insert(draft.what.to.user_id);
  }
  return {users.begin(), users.end()};
}

std::vector<audience> needs_groups(std::span<const notification_draft> drafts,
                                   const catalog& what) {
  static const facts nothing;
  const addressing addresses{what, nothing};
  std::vector<audience> groups;
  for (const auto& draft : drafts) {
    const auto asks = [&](const std::string& name) {
      return addresses.asks_facts(name) && addresses.find(name)->needs_address;
    };
    if (names_group(draft.what.to) && std::ranges::any_of(draft.channels, asks)
        && std::ranges::find(groups, draft.what.to) == groups.end())
      groups.push_back(draft.what.to);
  }
  return groups;
}

result<creation> plan(std::span<notification_draft> drafts, bool batch, const catalog& what,
                      const facts& known, timestamp now, uuid_source& ids) {
  const addressing addresses{what, known};
  posting_planner planner{batch, addresses, known, now, ids};
  for (auto& draft : drafts)
    planner.add(draft);
  return planner.finish();
}

}  // namespace carillon::rules
