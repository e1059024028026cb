#include "storage/notifications.hpp"

#include <algorithm>
#include <stdexcept>

namespace carillon::storage {

const std::string notification_columns =
  "n.id, n.seq, n.title, n.message, n.type, n.priority, n.user_id, n.role, n.store_id, "
  "n.extra_data, n.source, n.group_key, n.dedupe_key, n.created_at, n.visible_at, n.expires_at, "
  "n.deliver_at, n.event_id, n.trace_id";

namespace {

using enum storage_class;

constexpr column notification_inserts[] = {
  {"id", binary},         {"seq", number},        {"title", text},        {"message", text},
  {"type", text},         {"priority", number},   {"user_id", text},      {"role", text},
  {"store_id", text},     {"extra_data", text},   {"source", text},       {"group_key", text},
  {"dedupe_key", text},   {"created_at", number}, {"visible_at", number}, {"expires_at", number},
  {"deliver_at", number}, {"event_id", binary},   {"trace_id", text}};

constexpr std::string_view insert_notification =
  "insert into notifications (id, seq, title, message, type, priority, user_id, role, store_id, "
  "extra_data, source, group_key, dedupe_key, created_at, visible_at, expires_at, deliver_at, "
  "event_id, trace_id) select {id}, {seq}, {title}, {message}, {type}, {priority}, {user_id}, "
  "{role}, {store_id}, {extra_data}, {source}, {group_key}, {dedupe_key}, {created_at}, "
  "{visible_at}, {expires_at}, {deliver_at}, {event_id}, {trace_id} {from rows}";

/// Takes the next n numbers and answers the first.
std::int64_t take_numbers(connection& db, std::size_t n) {
  std::int64_t head = 0;
  db.select("update sequences set head = head + :n where name = 'inbox' returning head", 1,
            {{"n", n}}, [&](row& x) { head = x.number(); });
  return head - static_cast<std::int64_t>(n) + 1;
}

void insert(connection& db, std::span<const std::shared_ptr<notification>> all) {
  db.for_rows(insert_notification, notification_inserts, all.size(),
              [&](std::size_t i, parameter_list& out) {
                const auto& x = *all[i];
                const bool waits = x.seq == 0;
                out.insert(out.end(), {{"id", x.id},
                                       null_if(waits, {"seq", x.seq}),
                                       {"title", x.title},
                                       {"message", x.message},
                                       {"type", to_string(x.type)},
                                       {"priority", static_cast<int>(x.priority)},
                                       {"user_id", x.to.user_id},
                                       {"role", x.to.role},
                                       {"store_id", x.to.store_id},
                                       {"extra_data", x.extra_data},
                                       {"source", x.source},
                                       {"group_key", x.group_key},
                                       {"dedupe_key", x.dedupe_key},
                                       {"created_at", x.created_at},
                                       null_if(waits, {"visible_at", x.visible_at}),
                                       {"expires_at", x.expires_at},
                                       {"deliver_at", x.deliver_at},
                                       {"event_id", x.event},
                                       {"trace_id", x.trace_id}});
              });
}

}  // namespace

notification_ptr read_notification(row& x) {
  auto out = std::make_shared<notification>();
  out->id = x.id<notification_id>();
  out->seq = x.number();
  out->title = x.text();
  out->message = x.text();
  out->type = parse_notification_type(x.text()).value_or(notification_type::info);
  out->priority = static_cast<priority>(x.number());
  out->to.user_id = x.text();
  out->to.role = x.text();
  out->to.store_id = x.text();
  out->extra_data = x.text();
  out->source = x.text();
  out->group_key = x.text();
  out->dedupe_key = x.text();
  out->created_at = x.time();
  out->visible_at = x.time();
  out->expires_at = x.optional_time();
  out->deliver_at = x.optional_time();
  out->event = x.optional_id<event_id>();
  out->trace_id = x.text();
  return out;
}

void insert_notifications(work& w, std::span<const std::shared_ptr<notification>> visible,
                          std::span<const std::shared_ptr<notification>> later) {
  insert(w.db, later);
  for (const auto& x : later)
    if (x->deliver_at)
      arm_at(w.out, timer_kind::release, *x->deliver_at);
  w.out.rows += visible.size() + later.size();
  if (visible.empty())
    return;
  auto seq = take_numbers(w.db, visible.size());
  for (const auto& x : visible)
    x->seq = seq++;
  insert(w.db, visible);
  w.out.visible.insert(w.out.visible.end(), visible.begin(), visible.end());
}

void release_notifications(work& w, timestamp now, int limit) {
  static constexpr std::string_view due =
    " from notifications n where n.seq is null and n.deliver_at <= :now"
    " order by n.deliver_at, n.id limit :n";
  std::vector<std::shared_ptr<notification>> ready;
  w.db.select(
    "select " + notification_columns + std::string(due) + std::string(skip_locked(w.db.kind())),
    notification_column_count, {{"now", now}, {"n", limit}},
    [&](row& x) { ready.push_back(std::make_shared<notification>(*read_notification(x))); });
  if (!ready.empty()) {
    auto seq = take_numbers(w.db, ready.size());
    for (const auto& x : ready) {
      x->seq = seq++;
      x->visible_at = now;
    }
    static constexpr column columns[] = {{"id", binary}, {"seq", number}};
    w.db.for_rows(
      "update notifications set seq = {seq}, visible_at = :now {from rows} "
      "where notifications.id = {id}",
      columns, ready.size(),
      [&](std::size_t i, parameter_list& out) {
        out.insert(out.end(), {{"id", ready[i]->id}, {"seq", ready[i]->seq}});
      },
      {{"now", now}});
    w.out.visible.insert(w.out.visible.end(), ready.begin(), ready.end());
    w.out.rows += ready.size();
  }
  w.db.select("select min(deliver_at) from notifications where seq is null", 1, {}, [&](row& x) {
    if (const auto next = x.optional_time())
      arm_at(w.out, timer_kind::release, *next);
  });
}

void note_pushes(work& w, timestamp now, std::span<const notification_id> ids) {
  static constexpr column columns[] = {{"id", binary}};
  w.out.rows += w.db.for_rows(
    "update notifications set pushed_at = :now {from rows} "
    "where notifications.id = {id} and notifications.pushed_at is null",
    columns, ids.size(),
    [&](std::size_t i, parameter_list& out) { out.emplace_back("id", ids[i]); }, {{"now", now}});
}

std::optional<timestamp> read_push_time(connection& db, const notification_id& id) {
  std::optional<timestamp> at;
  db.select("select pushed_at from notifications where id = :id", 1, {{"id", id}},
            [&](row& x) { at = x.optional_time(); });
  return at;
}

std::map<notification_id, notification_ptr> find_notifications(
  connection& db, std::span<const notification_id> ids) {
  static const auto sql =
    "select " + notification_columns + " from notifications n {, rows} where n.id = {id}";
  static constexpr column columns[] = {{"id", binary}};
  std::map<notification_id, notification_ptr> found;
  db.for_rows(
    sql, columns, ids.size(),
    [&](std::size_t i, parameter_list& out) { out.emplace_back("id", ids[i]); }, {},
    notification_column_count,
    [&](row& x) {
      auto one = read_notification(x);
      found.emplace(one->id, std::move(one));
    });
  return found;
}

}  // namespace carillon::storage
