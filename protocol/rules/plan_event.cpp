#include "protocol/codec/route.hpp"
#include "protocol/rules/addressing.hpp"
#include "protocol/rules/collections.hpp"
#include "protocol/rules/event_words.hpp"
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

  /// The message of a digest, whose latest event this one is, with the data of them all.
  planned conclude(const route& by, const collection& of, const event_id& latest,
                   const target& who) {
    out_.what.id = latest;
    const auto [title, text] = words_of(of);
    auto what = begin(by, title, text);
    if (addresses_.is_inbox(of.channel))
      tell_inbox(by, of.channel, who, std::move(what));
    else
      send_to(by, of.channel, who, std::move(what));
    auto out = std::move(out_.plan.front());
    if (out.inbox)
      out.inbox->id = {of.id.value};
    else
      out.delivery->id = of.id;
    return out;
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
    const auto what = begin(by, title, text);
    for (const auto& channel : by.channels) {
      if (addresses_.is_inbox(channel))
        for (const auto& who : targets_of(by, out_.what, &facts()))
          tell_inbox(by, channel, who, what);
      else
        send(by, channel, what);
    }
  }

  /// What a route's messages have in common; the words are those for want of a template.
  message begin(const route& by, const std::string& title, const std::string& text) {
    words_.emplace(catalog_, by, out_.what, content{out_.what.type, title, text, out_.what.data});
    message what;
    what.event = out_.what.id;
    what.source = out_.what.source;
    what.priority = out_.what.priority.value_or(by.priority.value_or(priority::normal));
    what.trace_id = out_.what.trace_id;
    what.now = now_;
    what.due_at = now_ + by.delay;
    return what;
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
    const auto to = who.is == kind::group ? by.to.value_or(audience{}) : audience{who.text, {}, {}};
    if (by.digest.count() > 0 && where.why_not.empty())
      return collect(by, channel, who, std::move(where), lock_name(to), what);
    if (auto why = speak(by, channel, who, what); where.why_not.empty())
      where.why_not = std::move(why);
    else
      what.refused = false;
    if (!where.why_not.empty())
      return skip(by, channel, who, std::move(where), what);
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
    const auto name = where.user_id.empty() ? where.recipient : where.user_id;
    if (by.digest.count() > 0 && where.why_not.empty())
      return collect(by, channel, who, std::move(where), name, what);
    if (auto why = speak(by, channel, who, what); where.why_not.empty())
      where.why_not = std::move(why);
    else
      what.refused = false;
    if (!where.why_not.empty())
      return skip(by, channel, who, std::move(where), what);
    planned entry;
    if (!lock(entry, by, channel, name))
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

  /// A delivery that waits for its digest. Its words, the throttle and the time to be quiet are
  /// decided when that is over.
  void collect(const route& by, const std::string& channel, const target& who, reach where,
               const std::string& name, const message& what) {
    planned entry;
    if (!lock(entry, by, channel, name))
      return;
    entry.at_most.reset();
    entry.bucket.clear();
    auto waits = std::make_shared<delivery>();
    waits->id = {ids_.next(now_)};
    waits->event = what.event;
    waits->channel = channel;
    waits->recipient = std::move(where.recipient);
    waits->user_id = std::move(where.user_id);
    waits->priority = what.priority;
    waits->reason = collecting;
    waits->due_at = now_ + by.digest;
    waits->trace_id = what.trace_id;
    waits->content.type = out_.what.type;
    waits->created_at = now_;
    entry.delivery = std::move(waits);
    entry.waits_with = collectable{.bucket = bucket_of(by, channel, name),
                                   .window = by.digest,
                                   .route = codec::route_json(by, false),
                                   .target_kind = std::string{to_string(who.is)},
                                   .target = who.text};
    out_.plan.push_back(std::move(entry));
  }

  static std::string bucket_of(const route& by, const std::string& channel,
                               const std::string& recipient) {
    return by.name + '\0' + channel + '\0' + recipient;
  }

  /// False where an earlier route of this event already tells the same one on the same channel.
  bool lock(planned& entry, const route& by, const std::string& channel, std::string recipient) {
    if (!told_.emplace(channel, recipient).second)
      return false;
    if (by.throttle_count > 0) {
      entry.at_most = throttle{by.throttle_count, by.throttle_per};
      entry.bucket = bucket_of(by, channel, recipient);
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

std::vector<std::string> needs_facts(const collection& what, const catalog&) {
  const bool named =
    what.target_kind == to_string(kind::user) || what.target_kind == to_string(kind::text);
  return named && may_be_user(what.target) ? std::vector{what.target} : std::vector<std::string>{};
}

result<collection_end> plan(const collection& what, const catalog& with, const facts& known,
                            timestamp now, uuid_source& ids) {
  auto by = codec::decode_route(what.route);
  const auto is = parse_target_kind(what.target_kind);
  if (!by || !is || what.events.empty())
    return error{errc::internal, "the digest cannot be read"};
  by->digest = milliseconds{0};
  if (const auto current = std::ranges::find(with.routes, by->name, &route::name);
      current != with.routes.end() && current->event == by->event)
    by->enabled = current->enabled;
  auto about = what.events.back();
  const auto id = about.id;
  auto type = about.type;
  about.data = data_of(what);
  about.entity_id.clear();  // each event has taken its lock
  about.priority = what.priority;
  event_planner planner{std::move(about), with, known, now, ids};
  return collection_end{.id = what.id,
                        .type = std::move(type),
                        .meant = planner.conclude(*by, what, id, {*is, what.target})};
}

collection_end give_up(const collection& what, const std::string& why, timestamp now) {
  auto out = std::make_shared<delivery>();
  out->id = what.id;
  out->channel = what.channel;
  out->recipient = what.recipient;
  out->user_id = what.user_id;
  out->status = delivery_status::failed;
  out->reason = why;
  out->created_at = now;
  if (!what.events.empty()) {
    out->event = what.events.back().id;
    out->content.type = what.events.back().type;
    out->trace_id = what.events.back().trace_id;
  }
  collection_end end{.id = what.id};
  end.meant.delivery = std::move(out);
  return end;
}

result<acceptance> plan(event_draft draft, const catalog& what, const facts& known, timestamp now,
                        uuid_source& ids) {
  return event_planner{std::move(draft.what), what, known, now, ids}.plan();
}

}  // namespace carillon::rules
