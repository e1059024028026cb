#include "storage/retention.hpp"

#include "storage/channel_history.hpp"
#include "storage/preferences.hpp"
#include "storage/scope_history.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

namespace carillon::storage {

namespace {

constexpr auto between_rounds = std::chrono::hours{1};
constexpr auto idempotency_time = std::chrono::hours{24};

/// The smallest UUIDv7 of that time: ids are ordered by when they were made.
uuid first_id_of(timestamp at) {
  uuid id;
  const auto millis = static_cast<std::uint64_t>(std::max<std::int64_t>(to_millis(at), 0));
  for (int i = 0; i < 6; ++i)
    id.bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(millis >> (8 * (5 - i)));
  return id;
}

std::vector<uuid> ids_of(connection& db, std::string_view sql,
                         std::initializer_list<parameter> values) {
  std::vector<uuid> ids;
  db.select(sql, 1, values, [&](row& x) { ids.push_back(x.id<notification_id>().value); });
  return ids;
}

std::size_t remove(work& w, std::string_view sql, std::span<const uuid> ids) {
  const auto rows =
    w.db.for_rows(sql, id_column, ids.size(),
                  [&](std::size_t i, parameter_list& out) { out.emplace_back("id", ids[i]); });
  w.out.rows += rows;
  return rows;
}

/// Visible ones go in the order of `seq`, and the floor rises with them.
std::size_t prune_notifications(work& w, timestamp before, int limit) {
  std::vector<uuid> ids;
  std::int64_t floor = 0;
  w.db.select(
    "select id, seq, visible_at from notifications where seq > (select floor from "
    "sequences where name = 'inbox') order by seq limit :n",
    3, {{"n", limit}}, [&, young = false](row& x) mutable {
      const auto id = x.id<notification_id>();
      const auto seq = x.number();
      young = young || x.time() >= before;
      if (young)
        return;
      ids.push_back(id.value);
      floor = seq;
    });
  if (ids.empty())
    return 0;
  remove(w, "delete from notification_reads {using rows} where notification_id = {id}", ids);
  remove(w, "delete from notifications {using rows} where notifications.id = {id}", ids);
  w.db.run("delete from inbox_watermarks where seq <= :floor", {{"floor", floor}});
  prune_preferences(w, floor);
  w.db.run("update sequences set floor = :floor where name = 'inbox'", {{"floor", floor}});
  return ids.size();
}

std::size_t prune_deliveries(work& w, timestamp before, int limit) {
  std::vector<uuid> ids;
  w.db.select(
    "select id, channel, status from notification_deliveries where id < :first and "
    "due_at is null and created_at < :before order by id limit :n",
    3, {{"first", first_id_of(before)}, {"before", before}, {"n", limit}}, [&](row& x) {
      ids.push_back(x.id<delivery_id>().value);
      const auto channel = x.text();
      if (x.text() == to_string(delivery_status::dead))
        --tally_of(w.out, channel).dead;
    });
  remove(w, "delete from notification_attempts {using rows} where delivery_id = {id}", ids);
  return remove(w,
                "delete from notification_deliveries {using rows} "
                "where notification_deliveries.id = {id}",
                ids);
}

/// Those that are still to be told in a digest stay.
std::size_t prune_events(work& w, timestamp before, int limit) {
  const auto ids = ids_of(w.db,
                          "select id from notification_events where id < :first and "
                          "created_at < :before and not exists (select 1 from "
                          "notification_digest_events e join notification_digests d on "
                          "d.id = e.digest_id where e.event_id = notification_events.id) "
                          "order by id limit :n",
                          {{"first", first_id_of(before)}, {"before", before}, {"n", limit}});
  remove(w, "delete from notification_digest_events {using rows} where event_id = {id}", ids);
  return remove(
    w, "delete from notification_events {using rows} where notification_events.id = {id}", ids);
}

std::size_t prune_keys(work& w, timestamp now, timestamp before, int limit) {
  const auto locks = w.db.run(
    "delete from notification_locks where key in (select key from "
    "notification_locks where expires_at <= :now order by expires_at limit :n)",
    {{"now", now}, {"n", limit}});
  const auto answers = w.db.run(
    "delete from idempotency_keys where key in (select key from idempotency_keys "
    "where created_at <= :before order by created_at limit :n)",
    {{"before", now - idempotency_time}, {"n", limit}});
  // No window of a throttle is longer than what is kept.
  w.db.run("delete from route_uses where at < :before", {{"before", before}});
  w.db.run(
    "delete from notification_batches where completed_at is not null and created_at < :before",
    {{"before", before}});
  const auto uses = prune_scope_uses(w, now, limit);
  const auto freezes = prune_freezes(w, now, limit);
  w.out.rows += locks + answers + uses + freezes;
  return std::max({locks, answers, uses, freezes});
}

}  // namespace

void prune(work& w, timestamp now, int days, int limit) {
  const auto before = now - std::chrono::days{days};
  const auto most =
    std::max({prune_notifications(w, before, limit), prune_deliveries(w, before, limit),
              prune_events(w, before, limit), prune_keys(w, now, before, limit)});
  const bool more = most >= static_cast<std::size_t>(limit);
  arm_at(w.out, timer_kind::retention, more ? now : now + between_rounds);
}

}  // namespace carillon::storage
