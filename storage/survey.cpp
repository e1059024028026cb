#include "storage/survey.hpp"

#include "storage/batches.hpp"

namespace carillon::storage {

effects survey_store(connection& db, timestamp now) {
  effects out;
  db.select(
    "select channel, priority, count(*), min(case when owner is null then due_at end) "
    "from notification_deliveries where due_at is not null group by channel, priority",
    4, {}, [&](row& x) {
      const auto channel = x.text();
      const auto lane = static_cast<priority>(x.number());
      count_waiting(out, channel, lane, x.number());
      if (const auto due = x.optional_time())
        arm_at(out, timer_kind::retry, *due, channel);
    });
  db.select(
    "select channel, count(*) from notification_deliveries where status = 'dead' "
    "group by channel",
    2, {}, [&](row& x) {
      const auto channel = x.text();
      tally_of(out, channel).dead = x.number();
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
  if (has_open_batch(db))
    arm_at(out, timer_kind::batch, now);
  arm_at(out, timer_kind::retention, now);
  arm_at(out, timer_kind::lease, now);
  return out;
}

std::optional<timestamp> last_use_of(connection& db, const std::string& channel) {
  std::optional<timestamp> last;
  const auto later = [&](row& x) {
    const auto at = x.optional_time();
    if (at && (!last || *last < *at))
      last = at;
  };
  db.select("select max(started_at) from notification_attempts where channel = :channel", 1,
            {{"channel", channel}}, later);
  db.select("select released_at from channel_releases where channel = :channel", 1,
            {{"channel", channel}}, later);
  return last;
}

}  // namespace carillon::storage
