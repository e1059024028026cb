#include "storage/operations.hpp"

#include "storage/collections.hpp"
#include "storage/deliveries.hpp"
#include "storage/digest.hpp"

#include <set>
#include <utility>

namespace carillon::storage {

// One that failed over has its backup's story already: a second death does not begin it again.
const std::string revive_assignments =
  "status = 'pending', attempts = 0, due_at = :now, sent_at = null, "
  "expires_at = case when expires_at is null then null else :now + expires_at - created_at end, "
  "failover = case when failed_over_to is null then failover else '' end, reason = ''";

namespace {

void cancel(work& w, const delivery& what) {
  w.db.run(
    "update notification_deliveries set status = 'cancelled', due_at = null, owner = null, "
    "reason = 'cancelled' where id = :id",
    {{"id", what.id}});
  count_waiting(w.out, what.channel, what.priority, -1);
  if (is_collecting(what))
    drop_collection(w, what.id);
}

void hurry(work& w, const delivery& what, timestamp now) {
  if (is_collecting(what))
    hurry_collection(w, what.id, now);
  w.db.run("update notification_deliveries set due_at = :now where id = :id",
           {{"now", now}, {"id", what.id}});
}

void revive(work& w, const delivery& what, timestamp now) {
  w.db.run("update notification_deliveries set " + revive_assignments + " where id = :id",
           {{"now", now}, {"id", what.id}});
  count_waiting(w.out, what.channel, what.priority, +1);
  if (what.status == delivery_status::dead)
    --tally_of(w.out, what.channel).dead;
}

/// Why a delivery cannot be cancelled or retried; empty where it can.
std::string objection(const delivery& what, intervention_kind kind) {
  const auto is = std::string{to_string(what.status)};
  if (kind == intervention_kind::cancel)
    return is_final(what.status) ? "it is " + is + " already" : std::string{};
  switch (what.status) {
    case delivery_status::dead:
    case delivery_status::cancelled:
    case delivery_status::pending:
    case delivery_status::retrying:
      return {};
    case delivery_status::delivering:
      return "it is being sent";
    default:
      return "what is " + is + " is not sent again";
  }
}

}  // namespace

void intervene(work& w, unit& x, intervention& what) {
  const auto before = find_delivery(w.db, what.id);
  if (!before) {
    x.refused = error{errc::not_found, "there is no such delivery"};
    return;
  }
  if (auto why = objection(*before, what.kind); !why.empty()) {
    x.refused = error{errc::conflict, std::move(why)};
    return;
  }
  if (what.kind == intervention_kind::cancel) {
    cancel(w, *before);
    if (before->status == delivery_status::delivering)
      w.out.withdrawn.push_back(before);
  } else {
    if (is_final(before->status))
      revive(w, *before, x.now);
    else
      hurry(w, *before, x.now);
    w.wishes.has_backlog(before->channel, before->priority);
    arm_at(w.out, timer_kind::retry, x.now, before->channel);
  }
  auto after = find_delivery(w.db, what.id);
  if (!is_final(after->status) && after->expires_at != timestamp::max())
    arm_at(w.out, timer_kind::expiry, after->expires_at);
  if (is_final(after->status))
    w.out.outcomes.push_back(after);
  what.done = std::move(after);
  ++w.out.rows;
}

void dispatch(work& w, timestamp now, dispatching& what) {
  std::set<std::string> channels;
  w.db.select(
    "select channel from notification_deliveries where due_at is not null and due_at <= :now "
    "and owner is null and not exists (select 1 from channel_settings s where "
    "s.name = notification_deliveries.channel and "
    "(s.paused_at is not null or s.broken_at is not null)) order by due_at, id limit :n",
    1, {{"now", now}, {"n", what.limit}}, [&](row& x) {
      channels.insert(x.text());
      ++what.done;
    });
  for (const auto& channel : channels)
    report_retries(w, channel, now);
}

void conclude(work& w, const conclusion& what) {
  const auto key = digest_of({what.subject, what.method, what.path, what.key});
  w.out.rows += w.db.run(
    "update idempotency_keys set status = :status, body = :body "
    "where key = :key and status = :at_work",
    {{"status", what.status}, {"body", what.body}, {"key", key}, {"at_work", still_at_work}});
}

}  // namespace carillon::storage
