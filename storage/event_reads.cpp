#include "storage/batches.hpp"
#include "storage/collections.hpp"
#include "storage/deliveries.hpp"
#include "storage/delivery_reads.hpp"
#include "storage/events.hpp"
#include "storage/json_text.hpp"
#include "storage/notifications.hpp"
#include "storage/preferences.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace carillon::storage {

const std::string event_columns =
  "e.id, e.type, e.source, e.entity_id, e.sub_id, e.recipients, e.data, e.priority, e.locale, "
  "e.trace_id, e.subject, e.occurred_at, e.created_at, e.routes";

namespace {

using reader_of = event_notification::reader;

/// The explicit mark, else the first watermark at or above its place.
std::vector<reader_of> reader_of_personal(connection& db, const notification& what) {
  std::optional<timestamp> at;
  const auto take = [&](row& x) { at = x.optional_time(); };
  db.select(
    "select read_at from notification_reads where user_id = :user and notification_id = :id", 1,
    {{"user", what.to.user_id}, {"id", what.id}}, take);
  if (!at && what.seq > 0)
    db.select(
      "select read_at from inbox_watermarks where user_id = :user and seq >= :seq "
      "order by seq limit 1",
      1, {{"user", what.to.user_id}, {"seq", what.seq}}, take);
  if (!at)
    return {};
  return {{what.to.user_id, *at}};
}

std::vector<reader_of> readers_of(connection& db, const notification& what) {
  if (what.to.personal())
    return reader_of_personal(db, what);
  std::vector<reader_of> out;
  db.select(
    "select user_id, read_at from notification_reads where notification_id = :id and "
    "read_at is not null order by read_at, user_id limit :n",
    2, {{"id", what.id}, {"n", most_readers}}, [&](row& x) {
      auto& one = out.emplace_back();
      one.user_id = x.text();
      one.read_at = x.time();
    });
  return out;
}

bool is_suppressed(connection& db, const notification_ptr& what) {
  if (!what->to.personal() || what->seq == 0)
    return false;
  inbox_item item{.what = what};
  mark_suppressed(db, what->to.user_id, {&item, 1});
  return item.suppressed;
}

}  // namespace

std::optional<event> find_event(connection& db, const event_id& id) {
  std::optional<event> found;
  db.select("select " + event_columns + " from notification_events e where e.id = :id",
            event_column_count, {{"id", id}}, [&](row& x) { found = read_event(x); });
  return found;
}

event read_event(row& x) {
  event out;
  out.id = x.id<event_id>();
  out.type = x.text();
  out.source = x.text();
  out.entity_id = x.text();
  out.sub_id = x.text();
  out.recipients = strings_of(x.text());
  out.data = x.text();
  if (const auto lane = x.optional_number())
    out.priority = static_cast<priority>(*lane);
  out.locale = x.text();
  out.trace_id = x.text();
  out.subject = x.text();
  out.occurred_at = x.time();
  out.created_at = x.time();
  out.routes = strings_of(x.text());
  return out;
}

std::optional<event_story> read_event_story(connection& db, const event_id& id,
                                            const deliveries_in_flight* in_flight) {
  auto what = find_event(db, id);
  if (!what)
    return std::nullopt;
  event_story story{.what = std::move(*what)};
  std::optional<batch_id> bulk;
  std::vector<delivery_id> deliveries;
  db.select("select id from notification_deliveries where event_id = :id order by id limit :n", 1,
            {{"id", id}, {"n", most_event_deliveries}},
            [&](row& x) { deliveries.push_back(x.id<delivery_id>()); });
  std::vector<notification_ptr> notifications;
  const auto read_notifications = [&](const char* column, const uuid& value) {
    const auto sql = "select " + notification_columns + " from notifications n where n."
                     + std::string{column} + " = :id order by n.id";
    db.select(sql, notification_column_count, {{"id", value}}, [&](row& x) {
      auto found = read_notification(x);
      if (std::ranges::find(notifications, found->id, &notification::id) == notifications.end())
        notifications.push_back(std::move(found));
    });
  };
  read_notifications("event_id", id.value);
  for (const auto& told_with : digests_of(db, id)) {
    if (deliveries.size() < most_event_deliveries
        && std::ranges::find(deliveries, told_with) == deliveries.end())
      deliveries.push_back(told_with);
    read_notifications("id", told_with.value);
  }
  for (const auto& one : deliveries)
    if (auto found = read_story(db, one, in_flight))
      story.deliveries.push_back(std::move(*found));
  for (const auto& one : notifications)
    story.notifications.push_back(
      {one, readers_of(db, *one), is_suppressed(db, one), read_push_time(db, one->id)});
  db.select("select id from notification_batches where event_id = :id", 1, {{"id", id}},
            [&](row& x) { bulk = x.id<batch_id>(); });
  if (bulk)
    story.bulk = read_batch(db, *bulk);
  return story;
}

}  // namespace carillon::storage
