#include "protocol/rules/event_planner.hpp"

#include "protocol/codec/route.hpp"
#include "protocol/query.hpp"
#include "protocol/rules/event_words.hpp"
#include "protocol/rules/route_audience.hpp"
#include "protocol/rules/routing.hpp"

#include <algorithm>
#include <utility>

namespace carillon::rules {

namespace {

using kind = target::kind;

/// Where the channel itself is the address, the members of a role are told by one message.
bool tells_all(const route& by) {
  return by.addresses.empty() && by.to && !by.to->personal();
}

std::string bucket_of(const route& by, const std::string& channel, const std::string& recipient) {
  return by.name + '\0' + channel + '\0' + recipient;
}

}  // namespace

std::string lock_name(const audience& to) {
  return to.personal() ? to.user_id : "\x01role:" + to.role + "\x01store:" + to.store_id;
}

event_planner::event_planner(event what, const catalog& configured, const carillon::facts& known,
                             timestamp now, uuid_source& ids, notification_type type)
    : catalog_(configured),
      known_(known),
      addresses_(configured, known),
      now_(now),
      ids_(ids),
      type_(type) {
  out_.what = std::move(what);
}

acceptance event_planner::plan() {
  out_.what.id = {ids_.next(now_)};
  out_.what.created_at = now_;
  if (out_.what.occurred_at == timestamp{})
    out_.what.occurred_at = now_;
  for (const auto& by : catalog_.routes)
    if (matches(by.event, out_.what.type) && (!by.condition || by.condition->holds(facts())))
      follow(by);
  note_told();
  return std::move(out_);
}

planned event_planner::conclude(const route& by, const collection& of, const target& who) {
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

const when_facts& event_planner::facts() {
  if (!facts_)
    facts_.emplace(out_.what);
  return *facts_;
}

void event_planner::follow(const route& by) {
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

message event_planner::begin(const route& by, const std::string& title, const std::string& text) {
  words_.emplace(catalog_, by, out_.what, content{out_.what.type, title, text, out_.what.data});
  message what;
  what.event = out_.what.id;
  what.type = type_;
  what.source = out_.what.source;
  what.priority = out_.what.priority.value_or(by.priority.value_or(priority::normal));
  what.trace_id = out_.what.trace_id;
  what.now = now_;
  what.due_at = std::max(now_, out_.what.created_at + by.delay);
  return what;
}

std::string event_planner::speak(const route& by, const std::string& channel, const target& who,
                                 message& what) {
  const auto found = may_be_user(who.text) ? known_.find(who.text) : known_.end();
  const auto& words = words_->on(channel, found == known_.end() ? nullptr : &found->second);
  what.content = words.content;
  if (!out_.what.priority && !by.priority && words.row && words.row->priority)
    what.priority = *words.row->priority;
  what.refused =
    words.is == template_words::state::missing || words.is == template_words::state::refused;
  return words.is == template_words::state::disabled ? "template_disabled" : words.why;
}

void event_planner::tell_inbox(const route& by, const std::string& channel, const target& who,
                               message what) {
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

std::shared_ptr<notification> event_planner::inbox_row(const route& by, const audience& to,
                                                       const message& what) {
  auto row = std::make_shared<notification>();
  row->id = {ids_.next(now_)};
  row->title = what.content.title;
  row->message = what.content.text;
  row->type = what.type;
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

void event_planner::send(const route& by, const std::string& channel, const message& what) {
  const auto* entry = addresses_.find(channel);
  const bool addressed = entry != nullptr && entry->needs_address;
  auto who = addressees_of(by, out_.what, &facts(), known_);
  if (addressed && by.addresses.empty() && who.size() > most_told_at_once) {
    if (by.enabled && entry->settings.enabled)
      return leave(by, channel, who, what);
    who = targets_of(by, out_.what, &facts());
  }
  if (entry != nullptr && !addressed && tells_all(by))
    who = targets_of(by, out_.what, &facts());
  who = addresses_.expanded(channel, std::move(who));
  if (entry != nullptr && !addressed) {
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
}

void event_planner::send_to(const route& by, const std::string& channel, const target& who,
                            message what) {
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

void event_planner::skip(const route& by, const std::string& channel, const target& who,
                         reach where, const message& what) {
  planned entry;
  entry.delivery = addresses_.deliver(channel, who, std::move(where), by.failover, what);
  entry.delivery->id = {ids_.next(now_)};
  out_.plan.push_back(std::move(entry));
}

void event_planner::collect(const route& by, const std::string& channel, const target& who,
                            reach where, const std::string& name, const message& what) {
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

bool event_planner::lock(planned& entry, const route& by, const std::string& channel,
                         std::string recipient) {
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

}  // namespace carillon::rules
