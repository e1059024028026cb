#include "storage/deliveries.hpp"

#include "protocol/rules/expiry.hpp"
#include "storage/collections.hpp"
#include "storage/json_text.hpp"
#include "storage/settlements.hpp"

#include <algorithm>
#include <set>

namespace carillon::storage {

const std::string delivery_columns =
  "id, event_id, notification_id, channel, recipient, user_id, status, priority, "
  "attempts, tries, max_attempts, due_at, expires_at, last_error, error_class, "
  "reason, provider_message_id, trace_id, failover_of, failed_over_to, failover, "
  "content_type, title, body, data, html, template_id, params, created_at, sent_at, owner, ticket";

namespace {

using enum storage_class;

constexpr column delivery_inserts[] = {{"id", binary},
                                       {"event_id", binary},
                                       {"notification_id", binary},
                                       {"channel"},
                                       {"recipient"},
                                       {"user_id"},
                                       {"status"},
                                       {"priority", number},
                                       {"attempts", number},
                                       {"tries", number},
                                       {"max_attempts", number},
                                       {"due_at", number},
                                       {"expires_at", number},
                                       {"last_error"},
                                       {"error_class"},
                                       {"reason"},
                                       {"provider_message_id"},
                                       {"trace_id"},
                                       {"failover_of", binary},
                                       {"failed_over_to", binary},
                                       {"failover"},
                                       {"content_type"},
                                       {"title"},
                                       {"body"},
                                       {"data"},
                                       {"html"},
                                       {"template_id"},
                                       {"params"},
                                       {"created_at", number},
                                       {"sent_at", number},
                                       {"owner"},
                                       {"ticket"}};

constexpr std::string_view insert_delivery =
  "insert into notification_deliveries (id, event_id, notification_id, channel, recipient, "
  "user_id, status, priority, attempts, tries, max_attempts, due_at, expires_at, last_error, "
  "error_class, reason, provider_message_id, trace_id, failover_of, failed_over_to, failover, "
  "content_type, title, body, data, html, template_id, params, created_at, sent_at, owner, "
  "ticket) "
  "select {id}, {event_id}, {notification_id}, {channel}, {recipient}, {user_id}, {status}, "
  "{priority}, {attempts}, "
  "{tries}, {max_attempts}, {due_at}, {expires_at}, {last_error}, {error_class}, {reason}, "
  "{provider_message_id}, {trace_id}, {failover_of}, {failed_over_to}, {failover}, "
  "{content_type}, {title}, {body}, {data}, {html}, {template_id}, {params}, {created_at}, "
  "{sent_at}, {owner}, {ticket} {from rows}";

bool is_waiting(const delivery& x) {
  return !is_final(x.status);
}

/// Claims a new row where it may start now, else notes that it waits.
bool decide_claim(work& w, const delivery_ptr& x, timestamp now) {
  count_waiting(w.out, x->channel, x->priority, +1);
  if (x->expires_at != timestamp::max())
    arm_at(w.out, timer_kind::expiry, x->expires_at);
  if (x->due_at <= now) {
    if (!w.wishes.take(x->channel, x->priority, !x->failover.empty()))
      return false;
    w.out.claimed.push_back(x);
    return true;
  }
  w.wishes.has_backlog(x->channel, x->priority);
  arm_at(w.out, timer_kind::retry, x->due_at, x->channel);
  return false;
}

/// Whose a new row is; null where nobody's.
const std::string* owner_of(work& w, const delivery_ptr& x, timestamp now) {
  if (is_collecting(*x)) {
    count_waiting(w.out, x->channel, x->priority, +1);
    return &collector;
  }
  return is_waiting(*x) && decide_claim(w, x, now) ? &w.node : nullptr;
}

void bind_insert(const delivery& x, const std::string& failover, const std::string* owner,
                 parameter_list& out) {
  const bool for_ever = x.expires_at == timestamp::max();
  const auto by = owner ? std::string_view(*owner) : std::string_view();
  out.insert(out.end(), {{"id", x.id},
                         {"event_id", x.event},
                         {"notification_id", x.notification},
                         {"channel", x.channel},
                         {"recipient", x.recipient},
                         {"user_id", x.user_id},
                         {"status", to_string(x.status)},
                         {"priority", static_cast<int>(x.priority)},
                         {"attempts", x.attempts},
                         {"tries", x.tries},
                         {"max_attempts", x.max_attempts},
                         null_if(!is_waiting(x), {"due_at", x.due_at}),
                         null_if(for_ever, {"expires_at", x.expires_at}),
                         {"last_error", x.last_error},
                         {"error_class", to_string(x.error_class)},
                         {"reason", x.reason},
                         {"provider_message_id", x.provider_message_id},
                         {"trace_id", x.trace_id},
                         {"failover_of", x.failover_of},
                         {"failed_over_to", x.failed_over_to},
                         {"failover", failover},
                         {"content_type", x.content.type},
                         {"title", x.content.title},
                         {"body", x.content.text},
                         {"data", x.content.data},
                         {"html", x.content.html},
                         {"template_id", x.content.template_id},
                         {"params", x.content.params},
                         {"created_at", x.created_at},
                         {"sent_at", x.sent_at},
                         null_if(!owner, {"owner", by}),
                         {"ticket", x.ticket}});
}

/// Claims what waits in one lane; answers how many it found. Those with a backup stand in an index
/// of their own, so that a broken channel does not look through all that wait.
std::uint32_t claim_lane(work& w, const std::string& channel, priority lane, std::uint32_t room,
                         timestamp now) {
  const std::string_view which = w.wishes.only_backed(channel) ? "and w.failover <> '' " : "";
  const auto sql =
    "update notification_deliveries set owner = :node where id in (select w.id from "
    "notification_deliveries w where w.channel = :channel and w.priority = :lane and "
    "w.owner is null and w.due_at is not null and w.due_at <= :now "
    + std::string(which) + "order by w.due_at, w.id limit :n"
    + std::string(skip_locked(w.db.kind())) + ") returning " + delivery_columns;
  std::vector<delivery_ptr> found;
  w.db.select(sql, delivery_column_count,
              {{"node", w.node},
               {"channel", channel},
               {"lane", static_cast<int>(lane)},
               {"now", now},
               {"n", room}},
              [&](row& x) { found.push_back(read_delivery(x, false)); });
  std::ranges::sort(found, {}, [](const auto& x) { return std::pair(x->due_at, x->id); });
  w.out.claimed.insert(w.out.claimed.end(), found.begin(), found.end());
  return static_cast<std::uint32_t>(found.size());
}

}  // namespace

std::shared_ptr<delivery> read_delivery(row& x, bool show_claim) {
  auto out = std::make_shared<delivery>();
  out->id = x.id<delivery_id>();
  out->event = x.optional_id<event_id>();
  out->notification = x.optional_id<notification_id>();
  out->channel = x.text();
  out->recipient = x.text();
  out->user_id = x.text();
  out->status = parse_delivery_status(x.text()).value_or(delivery_status::failed);
  out->priority = static_cast<priority>(x.number());
  out->attempts = static_cast<int>(x.number());
  out->tries = static_cast<int>(x.number());
  out->max_attempts = static_cast<int>(x.number());
  out->due_at = x.time();
  out->expires_at = x.optional_time().value_or(timestamp::max());
  out->last_error = x.text();
  out->error_class = parse_error_class(x.text()).value_or(error_class::none);
  out->reason = x.text();
  out->provider_message_id = x.text();
  out->trace_id = x.text();
  out->failover_of = x.optional_id<delivery_id>();
  out->failed_over_to = x.optional_id<delivery_id>();
  out->failover = steps_of(x.text());
  out->content = {x.text(), x.text(), x.text(), x.text(), x.text(), x.text(), x.text()};
  out->created_at = x.time();
  out->sent_at = x.optional_time();
  const bool claimed = !x.text().empty();
  out->ticket = x.text();
  if (show_claim && claimed && is_waiting(*out))
    out->status = delivery_status::delivering;
  return out;
}

std::shared_ptr<delivery> find_delivery(connection& db, const delivery_id& id) {
  std::shared_ptr<delivery> found;
  db.select("select " + delivery_columns + " from notification_deliveries where id = :id",
            delivery_column_count, {{"id", id}}, [&](row& x) { found = read_delivery(x, true); });
  return found;
}

void insert_deliveries(work& w, std::span<const delivery_ptr> all, timestamp now) {
  std::vector<std::string> failover;
  std::vector<const std::string*> owners;
  for (const auto& x : all) {
    failover.push_back(text_of(x->failover));
    owners.push_back(owner_of(w, x, now));
    if (x->status == delivery_status::dead)
      ++tally_of(w.out, x->channel).dead;
  }
  w.db.for_rows(
    insert_delivery, delivery_inserts, all.size(),
    [&](std::size_t i, parameter_list& out) { bind_insert(*all[i], failover[i], owners[i], out); });
  w.out.rows += all.size();
}

void claim_deliveries(work& w, timestamp now) {
  std::vector<std::string> names;
  for (const auto& [name, entry] : w.wishes.channels())
    names.push_back(name);
  for (const auto& name : names) {
    for (std::size_t i = lane_count; i-- > 0;) {
      const auto lane = static_cast<priority>(i);
      if (const auto room = w.wishes.claimable(name, lane))
        w.wishes.claimed(name, lane, room, claim_lane(w, name, lane, room, now));
    }
  }
}

void rescue_deliveries(work& w, const std::string& channel, std::span<const delivery_id> held,
                       timestamp now) {
  const std::set<delivery_id> kept(held.begin(), held.end());
  std::vector<delivery_id> lost;
  w.db.select(
    "select id, priority, due_at, expires_at from notification_deliveries "
    "where owner = :node and channel = :channel",
    4, {{"node", w.node}, {"channel", channel}}, [&](row& x) {
      const auto id = x.id<delivery_id>();
      if (kept.contains(id))
        return;
      lost.push_back(id);
      w.wishes.has_backlog(channel, static_cast<priority>(x.number()));
      arm_at(w.out, timer_kind::retry, x.time(), channel);
      if (const auto until = x.optional_time())
        arm_at(w.out, timer_kind::expiry, *until);
    });
  const auto bind = [](std::span<const delivery_id> ids) {
    return [ids](std::size_t i, parameter_list& out) { out.emplace_back("id", ids[i]); };
  };
  w.db.for_rows(
    "update notification_deliveries set owner = null {from rows} "
    "where notification_deliveries.id = {id}",
    id_column, lost.size(), bind(lost));
  w.db.for_rows(
    "update notification_deliveries set owner = :node {from rows} "
    "where notification_deliveries.id = {id} and owner is null and due_at is not null",
    id_column, held.size(), bind(held), {{"node", w.node}});
  if (!lost.empty())
    w.db.run(
      "insert into channel_releases (channel, released_at) values (:channel, :now) "
      "on conflict (channel) do update set released_at = excluded.released_at",
      {{"channel", channel}, {"now", now}});
  w.out.rows += lost.size() + held.size();
}

void free_claims(connection& db, std::span<const std::string> owners, timestamp now) {
  for (const auto& owner : owners) {
    db.run(
      "insert into channel_releases (channel, released_at) select distinct channel, "
      "cast(:now as bigint) from notification_deliveries where owner = :owner "
      "on conflict (channel) do update set released_at = excluded.released_at",
      {{"now", now}, {"owner", owner}});
    db.run("update notification_deliveries set owner = null where owner = :owner",
           {{"owner", owner}});
  }
}

void expire_deliveries(work& w, timestamp now, int limit, uuid_source& ids) {
  std::vector<delivery_ptr> old;
  w.db.select("select " + delivery_columns
                + " from notification_deliveries where due_at is not null and owner is null "
                  "and expires_at <= :now order by expires_at limit :n"
                + std::string(skip_locked(w.db.kind())),
              delivery_column_count, {{"now", now}, {"n", limit}},
              [&](row& x) { old.push_back(read_delivery(x, false)); });
  w.db.for_rows(
    "update notification_deliveries set owner = :node {from rows} "
    "where notification_deliveries.id = {id}",
    id_column, old.size(),
    [&](std::size_t i, parameter_list& out) { out.emplace_back("id", old[i]->id); },
    {{"node", w.node}});
  std::vector<settlement> ends(old.size());
  std::vector<const settlement*> told;
  for (std::size_t i = 0; i < old.size(); ++i) {
    const rules::circumstances at{now, 0, delivery_id{ids.next(now)}};
    auto end = rules::expire(*old[i], at);
    ends[i].delivery = std::make_shared<delivery>(std::move(end.delivery));
    ends[i].attempt = std::move(end.attempt);
    if (end.successor)
      ends[i].successor = std::make_shared<delivery>(std::move(*end.successor));
    told.push_back(&ends[i]);
  }
  settle_deliveries(w, told, now, ids);
  w.db.select(
    "select min(expires_at) from notification_deliveries "
    "where due_at is not null and owner is null",
    1, {}, [&](row& x) {
      if (const auto next = x.optional_time())
        arm_at(w.out, timer_kind::expiry, *next);
    });
}

void report_retries(work& w, const std::string& channel, timestamp now) {
  // Each end is looked up by itself: what lies between is as much as waits.
  w.db.select(
    "with lanes(lane) as (select 0 union all select 1 union all select 2 union all select 3) "
    "select lane, (select min(d.due_at) from notification_deliveries d where "
    "d.channel = :channel and d.priority = lane and d.owner is null and d.due_at <= :now), "
    "(select min(d.due_at) from notification_deliveries d where "
    "d.channel = :channel and d.priority = lane and d.owner is null and d.due_at > :now) "
    "from lanes",
    3, {{"now", now}, {"channel", channel}}, [&](row& x) {
      const auto lane = static_cast<priority>(x.number());
      if (x.optional_time())
        w.wishes.has_backlog(channel, lane);
      if (const auto next = x.optional_time())
        arm_at(w.out, timer_kind::retry, *next, channel);
    });
}

}  // namespace carillon::storage
