#include "storage/survey.hpp"

#include "storage/batches.hpp"
#include "storage/channel_counts.hpp"
#include "storage/collections.hpp"

#include <string_view>

namespace carillon::storage {

namespace {

/// The earliest unclaimed one of each lane that is in use, from the ends of the index alone: how
/// many wait between them does not matter.
constexpr std::string_view first_due =
  "with recursive ways(channel) as (select min(channel) from notification_deliveries "
  "where owner is null and due_at is not null union all "
  "select (select min(d.channel) from notification_deliveries d where d.channel > ways.channel "
  "and d.owner is null and d.due_at is not null) from ways where ways.channel is not null), "
  "lanes(lane) as (select 0 union all select 1 union all select 2 union all select 3) "
  "select ways.channel, (select min(d.due_at) from notification_deliveries d where "
  "d.channel = ways.channel and d.priority = lanes.lane and d.owner is null and "
  "d.due_at is not null) from ways, lanes where ways.channel is not null";

}  // namespace

effects survey_store(connection& db, timestamp now) {
  effects out;
  read_counts(db, out);
  db.select(first_due, 2, {}, [&](row& x) {
    const auto channel = x.text();
    if (const auto due = x.optional_time())
      arm_at(out, timer_kind::retry, *due, channel);
  });
  const auto earliest = [&](timer_kind kind, std::string_view sql) {
    db.select(sql, 1, {}, [&](row& x) {
      if (const auto at = x.optional_time())
        arm_at(out, kind, *at);
    });
  };
  earliest(timer_kind::release, "select min(deliver_at) from notifications where seq is null");
  earliest(timer_kind::expiry,
           "select min(expires_at) from notification_deliveries where due_at "
           "is not null and owner is null");
  if (const auto over = next_digest(db))
    arm_at(out, timer_kind::digest, *over);
  if (has_open_batch(db))
    arm_at(out, timer_kind::batch, now);
  arm_at(out, timer_kind::retention, now);
  arm_at(out, timer_kind::lease, now);
  return out;
}

}  // namespace carillon::storage
