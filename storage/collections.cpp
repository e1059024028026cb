#include "storage/collections.hpp"

#include "storage/deliveries.hpp"
#include "storage/events.hpp"
#include "storage/turns.hpp"
#include "storage/verdict.hpp"

#include <algorithm>
#include <utility>

namespace carillon::storage {

const std::string collector;

namespace {

/// How soon it is looked again for those whose message has not come.
constexpr milliseconds between_digest_looks{1000};

/// Gives the locks back that were taken for the events of a digest.
void release_locks(work& w, const delivery_id& id) {
  w.db.run(
    "delete from notification_locks where key in (select lock_key from notification_digest_events "
    "where digest_id = :id) and event_id in (select event_id from notification_digest_events "
    "where digest_id = :id)",
    {{"id", id}});
}

/// Takes away the delivery that waits, since what it comes to is inserted in its place.
void remove_waiting(work& w, const delivery_id& id) {
  w.db.select(
    "delete from notification_deliveries where id = :id and owner = :owner "
    "returning channel, priority",
    2, {{"id", id}, {"owner", collector}}, [&](row& x) {
      const auto channel = x.text();
      count_waiting(w.out, channel, static_cast<priority>(x.number()), -1);
    });
}

void read_events_of(connection& db, collection& to) {
  db.select("select " + event_columns
              + " from notification_digest_events d join notification_events e on e.id = d.event_id "
                "where d.digest_id = :id order by d.number desc limit :n",
            event_column_count, {{"id", to.id}, {"n", most_collected_events}},
            [&](row& x) { to.events.push_back(read_event(x)); });
  std::ranges::reverse(to.events);
  db.select(
    "select max(e.priority) from notification_digest_events d join notification_events e "
    "on e.id = d.event_id where d.digest_id = :id",
    1, {{"id", to.id}}, [&](row& x) {
      if (const auto lane = x.optional_number())
        to.priority = static_cast<priority>(*lane);
    });
}

}  // namespace

bool collect(work& w, const collectable& into, const event_id& what,
             const std::optional<digest>& lock, timestamp now, delivery& shown) {
  const auto bucket = digest_of({"digest", into.bucket});
  // One whose time is over takes nothing more, though it may not have been ended yet.
  w.db.run(
    "update notification_digests set bucket = null where bucket = :bucket and due_at <= :now",
    {{"bucket", bucket}, {"now", now}});
  const auto own = shown.id;
  std::int64_t number = 0;
  w.db.select(
    "insert into notification_digests (id, bucket, route, target_kind, target, collected, due_at) "
    "values (:id, :bucket, :route, :kind, :target, 1, :due) on conflict (bucket) do update set "
    "collected = notification_digests.collected + 1 returning id, collected, due_at",
    3,
    {{"id", own},
     {"bucket", bucket},
     {"route", into.route},
     {"kind", into.target_kind},
     {"target", into.target},
     {"due", now + into.window}},
    [&](row& x) {
      shown.id = x.id<delivery_id>();
      number = x.number();
      shown.due_at = x.time();
    });
  w.db.run(
    "insert into notification_digest_events (digest_id, number, event_id, lock_key) "
    "values (:id, :number, :event, :lock)",
    {{"id", shown.id},
     {"number", number},
     {"event", what},
     null_if(!lock, {"lock", lock ? *lock : bucket})});
  w.out.rows += 2;
  const bool begun = shown.id == own;
  if (begun)
    arm_at(w.out, timer_kind::digest, shown.due_at);
  return begun;
}

void harvest_collection(work& w, collection_end& what, timestamp now, harvest& into) {
  what.done = w.db.run("delete from notification_digests where id = :id and bucket is null",
                       {{"id", what.id}})
              > 0;
  if (!what.done)
    return;
  remove_waiting(w, what.id);
  w.out.rows += 2;
  const auto& one = what.meant;
  const auto decided = judge(one, nullptr, [&] { return take_turn(w, one, now); });
  const bool goes = is_told(one) && decided == verdict::as_planned;
  if (!goes)
    release_locks(w, what.id);
  if (goes && one.inbox)
    return into.add(one.inbox, now);
  auto outcome = shown_of(one, what.type);
  apply(decided, one, *outcome);
  outcome->id = what.id;
  into.deliveries.push_back(std::move(outcome));
}

void drop_collection(work& w, const delivery_id& id) {
  w.out.rows += w.db.run("delete from notification_digests where id = :id", {{"id", id}});
}

void hurry_collection(work& w, const delivery_id& id, timestamp now) {
  w.out.rows += w.db.run("update notification_digests set due_at = :now where id = :id",
                         {{"now", now}, {"id", id}});
  arm_at(w.out, timer_kind::digest, now);
}

void end_collections(work& w, timestamp now, int limit) {
  w.out.rows += w.db.run(
    "update notification_digests set bucket = null where id in (select id from "
    "notification_digests where bucket is not null and due_at <= :now order by due_at limit :n)",
    {{"now", now}, {"n", limit}});
  w.out.digests_wait =
    w.db.select("select 1 from notification_digests where bucket is null limit 1", 1, {},
                [](row&) {})
    > 0;
  if (w.out.digests_wait)
    arm_at(w.out, timer_kind::digest, now + between_digest_looks);
  w.db.select("select min(due_at) from notification_digests where bucket is not null", 1, {},
              [&](row& x) {
                if (const auto next = x.optional_time())
                  arm_at(w.out, timer_kind::digest, *next);
              });
}

std::vector<collection> read_collections(connection& db, int limit) {
  std::vector<collection> out;
  db.select(
    "select g.id, n.channel, n.recipient, n.user_id, g.route, g.target_kind, g.target, g.collected "
    "from notification_digests g join notification_deliveries n on n.id = g.id "
    "where g.bucket is null order by g.due_at, g.id limit :n",
    8, {{"n", limit}}, [&](row& x) {
      auto& one = out.emplace_back();
      one.id = x.id<delivery_id>();
      one.channel = x.text();
      one.recipient = x.text();
      one.user_id = x.text();
      one.route = x.text();
      one.target_kind = x.text();
      one.target = x.text();
      one.count = x.number();
    });
  for (auto& one : out)
    read_events_of(db, one);
  return out;
}

std::vector<delivery_id> digests_of(connection& db, const event_id& id) {
  std::vector<delivery_id> out;
  db.select("select digest_id from notification_digest_events where event_id = :id", 1,
            {{"id", id}}, [&](row& x) { out.push_back(x.id<delivery_id>()); });
  return out;
}

std::optional<timestamp> next_digest(connection& db) {
  std::optional<timestamp> at;
  db.select("select min(due_at) from notification_digests", 1, {},
            [&](row& x) { at = x.optional_time(); });
  return at;
}

}  // namespace carillon::storage
