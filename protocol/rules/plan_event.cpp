#include "protocol/codec/text.hpp"
#include "protocol/rules/addressing.hpp"
#include "protocol/rules/plan.hpp"
#include "protocol/rules/route_audience.hpp"
#include "protocol/rules/route_words.hpp"
#include "protocol/rules/routing.hpp"
#include "protocol/rules/when.hpp"
#include "protocol/rules/when_tree.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace carillon::rules {

namespace {

using kind = target::kind;

/// What a route without a template says.
struct words {
  std::string title;
  std::string text;
};

std::string without_zeros(std::string text) {
  std::erase(text, '\0');
  return text;
}

words words_of(const event& what, const when_facts& facts) {
  const auto& data = facts.root().root.at("data");
  const auto text_at = [&](const char* name) {
    const auto found = data.find(name);
    return found != data.end() && found->is_string() ? without_zeros(found->get<std::string>())
                                                     : std::string{};
  };
  words out{text_at("title"), text_at("message")};
  if (out.title.empty())
    out.title = what.type;
  if (out.text.empty())
    out.text = text_at("content");
  if (out.text.empty())
    out.text = what.data;
  out.title = codec::cut_characters(out.title, 200);
  out.text = codec::cut_characters(out.text, 10'000);
  return out;
}

/// Names an audience in a lock. A user id has no control characters, so these are never one.
std::string lock_name(const audience& to) {
  return to.personal() ? to.user_id : "\x01role:" + to.role + "\x01store:" + to.store_id;
}

/// Plans one event, route by route.
class event_planner {
 public:
  event_planner(event what, const catalog& configured, const facts& known, timestamp now,
                uuid_source& ids)
      : catalog_(configured), known_(known), addresses_(configured, known), now_(now), ids_(ids) {
    what.id = {ids_.next(now_)};
    what.created_at = now_;
    if (what.occurred_at == timestamp{})
      what.occurred_at = now_;
    out_.what = std::move(what);
  }

  acceptance plan() {
    for (const auto& by : catalog_.routes)
      if (matches(by.event, out_.what.type) && (!by.condition || by.condition->holds(facts())))
        follow(by);
    return std::move(out_);
  }

 private:
  const when_facts& facts() {
    if (!facts_)
      facts_.emplace(out_.what);
    return *facts_;
  }

  void follow(const route& by) {
    out_.what.routes.push_back(by.name);
    const auto [title, text] = words_of(out_.what, facts());
    words_.emplace(catalog_, by, out_.what, content{out_.what.type, title, text, out_.what.data});
    message what;
    what.event = out_.what.id;
    what.source = out_.what.source;
    what.priority = out_.what.priority.value_or(by.priority.value_or(priority::normal));
    what.trace_id = out_.what.trace_id;
    what.now = now_;
    what.due_at = now_ + by.delay;
    for (const auto& channel : by.channels) {
      if (addresses_.is_inbox(channel))
        for (const auto& who : targets_of(by, out_.what, &facts()))
          tell_inbox(by, channel, who, what);
      else
        send(by, channel, what);
    }
  }

  /// Puts the words into the message; why it is not sent, where a template forbids it.
  std::string speak(const route& by, const std::string& channel, const target& who, message& what) {
    const auto found = may_be_user(who.text) ? known_.find(who.text) : known_.end();
    const auto& words = words_->on(channel, found == known_.end() ? nullptr : &found->second);
    what.content = words.content;
    if (!out_.what.priority && !by.priority && words.row && words.row->priority)
      what.priority = *words.row->priority;
    what.refused =
      words.is == template_words::state::missing || words.is == template_words::state::refused;
    return words.is == template_words::state::disabled ? "template_disabled" : words.why;
  }

  /// One inbox row, or the skipped delivery that says why there is none.
  void tell_inbox(const route& by, const std::string& channel, const target& who, message what) {
    const auto* entry = addresses_.find(channel);
    reach where;
    if (may_be_user(who.text))
      where.user_id = who.text;
    else
      where.recipient = who.text;
    if (!by.enabled)
      where.why_not = "route_disabled";
    else if (entry != nullptr && !entry->settings.enabled)
      where.why_not = "channel_disabled";
    else if (who.is == kind::nobody)
      where.why_not = "no_recipient";
    else if (who.is != kind::group && where.user_id.empty())
      where.why_not = "invalid_recipient";
    if (auto why = speak(by, channel, who, what); where.why_not.empty())
      where.why_not = std::move(why);
    else
      what.refused = false;
    if (!where.why_not.empty())
      return skip(by, channel, who, std::move(where), what);
    const auto to = who.is == kind::group ? *by.to : audience{who.text, {}, {}};
    planned entry_of;
    if (!lock(entry_of, by, channel, lock_name(to)))
      return;
    entry_of.inbox = inbox_row(by, to, what);
    out_.plan.push_back(std::move(entry_of));
  }

  std::shared_ptr<notification> inbox_row(const route& by, const audience& to,
                                          const message& what) {
    auto row = std::make_shared<notification>();
    row->id = {ids_.next(now_)};
    row->title = what.content.title;
    row->message = what.content.text;
    row->priority = what.priority;
    row->to = to;
    row->extra_data = out_.what.data;
    row->source = out_.what.source;
    row->created_at = now_;
    if (by.delay.count() > 0)
      row->deliver_at = what.due_at;
    row->event = out_.what.id;
    row->trace_id = out_.what.trace_id;
    return row;
  }

  /// A delivery for each addressee; where the channel itself is the address, one for all of them.
  void send(const route& by, const std::string& channel, const message& what) {
    const auto* entry = addresses_.find(channel);
    auto found = addressees_of(by, out_.what, &facts(), known_);
    if (entry != nullptr && !entry->needs_address && is_group(by))
      found = {targets_of(by, out_.what, &facts()), true};
    auto who = addresses_.expanded(channel, std::move(found.who));
    if (entry != nullptr && !entry->needs_address) {
      const auto has_own = [&](const target& x) {
        return !addresses_.reach_on(channel, x, what).recipient.empty();
      };
      const auto shared = std::ranges::stable_partition(who, has_own);
      if (shared.size() > 1) {  // no one in particular
        who.erase(shared.begin(), shared.end());
        who.push_back({kind::group, {}});
      }
    }
    for (const auto& x : who)
      send_to(by, channel, x, what);
    if (!found.all)
      skip(by, channel, {kind::group, {}}, {.why_not = "audience_too_large"}, what);
  }

  /// Where the channel itself is the address, the members of a role are told by one message.
  static bool is_group(const route& by) {
    return by.addresses.empty() && by.to && !by.to->personal();
  }

  void send_to(const route& by, const std::string& channel, const target& who, message what) {
    auto where = addresses_.reach_on(channel, who, what);
    if (!by.enabled)
      where.why_not = "route_disabled";
    if (auto why = speak(by, channel, who, what); where.why_not.empty())
      where.why_not = std::move(why);
    else
      what.refused = false;
    if (!where.why_not.empty())
      return skip(by, channel, who, std::move(where), what);
    planned entry;
    if (!lock(entry, by, channel, where.user_id.empty() ? where.recipient : where.user_id))
      return;
    entry.delivery = addresses_.deliver(channel, who, std::move(where), by.failover, what);
    entry.delivery->id = {ids_.next(now_)};
    out_.plan.push_back(std::move(entry));
  }

  void skip(const route& by, const std::string& channel, const target& who, reach where,
            const message& what) {
    planned entry;
    entry.delivery = addresses_.deliver(channel, who, std::move(where), by.failover, what);
    entry.delivery->id = {ids_.next(now_)};
    out_.plan.push_back(std::move(entry));
  }

  /// False where an earlier route of this event already tells the same one on the same channel.
  bool lock(planned& entry, const route& by, const std::string& channel, std::string recipient) {
    if (!told_.emplace(channel, recipient).second)
      return false;
    if (by.throttle_count > 0) {
      entry.at_most = throttle{by.throttle_count, by.throttle_per};
      entry.bucket = by.name + '\0' + channel + '\0' + recipient;
    }
    if (!out_.what.entity_id.empty()) {
      entry.channel = channel;
      entry.recipient = std::move(recipient);
      entry.lock_for = by.repeat_after;
    }
    return true;
  }

  const catalog& catalog_;
  const carillon::facts& known_;
  addressing addresses_;
  timestamp now_;
  uuid_source& ids_;
  std::optional<when_facts> facts_;
  /// What the route that is followed says.
  std::optional<route_words> words_;
  std::set<std::pair<std::string, std::string>> told_;
  acceptance out_;
};

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
    for (const auto& who : addressees_of(by, draft.what, asked ? &*asked : nullptr, nothing).who)
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
    const bool group =
      by.enabled && by.addresses.empty() && by.to && !by.to->personal() && !by.to->broadcast();
    if (group && matches(by.event, draft.what.type) && std::ranges::any_of(by.channels, asks)
        && std::ranges::find(groups, *by.to) == groups.end())
      groups.push_back(*by.to);
  }
  return groups;
}

result<acceptance> plan(event_draft draft, const catalog& what, const facts& known, timestamp now,
                        uuid_source& ids) {
  return event_planner{std::move(draft.what), what, known, now, ids}.plan();
}

}  // namespace carillon::rules
