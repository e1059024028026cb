#include "protocol/rules/addressing.hpp"
#include "protocol/rules/plan.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace carillon::rules {

namespace {

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
  return out;
}

/// Plans posted notifications one after the other.
class posting_planner {
 public:
  posting_planner(bool batch, const addressing& addresses, timestamp now, uuid_source& ids)
      : batch_(batch), addresses_(addresses), now_(now), ids_(ids) {}

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
    for (const auto& who : addresses_.expanded(channel, {target_of(what.to)})) {
      auto made =
        addresses_.deliver(channel, who, addresses_.reach_on(channel, who, told), {}, told);
      made->id = {ids_.next(now_)};
      out_.deliveries.push_back(std::move(made));
    }
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
  timestamp now_;
  uuid_source& ids_;
  creation out_;
  std::vector<bool> listed_;
  std::vector<fault> faults_;
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

result<creation> plan(std::span<notification_draft> drafts, bool batch, const catalog& what,
                      const facts& known, timestamp now, uuid_source& ids) {
  const addressing addresses{what, known};
  posting_planner planner{batch, addresses, now, ids};
  for (auto& draft : drafts)
    planner.add(draft);
  return planner.finish();
}

}  // namespace carillon::rules
