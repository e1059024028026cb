#include "storage/inbox.hpp"

#include "protocol/rules/audience.hpp"
#include "storage/entitlement.hpp"
#include "storage/notifications.hpp"

#include <algorithm>

namespace carillon::storage {

namespace {

constexpr int item_columns = notification_column_count + 1;

inbox_item read_item(row& x) {
  inbox_item item;
  item.what = read_notification(x);
  item.read_at = x.optional_time();
  return item;
}

/// The filters of a list as a condition on `n`, and their values.
std::string filters_of(const list_inbox& asked, parameter_list& values) {
  std::string sql;
  if (asked.type) {
    sql += " and n.type = :type";
    values.emplace_back("type", to_string(*asked.type));
  }
  if (asked.priority) {
    sql += " and n.priority = :priority";
    values.emplace_back("priority", static_cast<int>(*asked.priority));
  }
  if (asked.source) {
    sql += " and n.source = :source";
    values.emplace_back("source", *asked.source);
  }
  if (asked.group_key) {
    sql += " and n.group_key = :group_key";
    values.emplace_back("group_key", *asked.group_key);
  }
  if (asked.before) {
    sql += " and n.seq < :before";
    values.emplace_back("before", *asked.before);
  }
  return sql;
}

}  // namespace

inbox_page read_inbox(connection& db, const list_inbox& asked) {
  const entitlement mine{*asked.who, asked.now};
  parameter_list values;
  mine.bind(values);
  const auto filters = filters_of(asked, values);
  const auto keys = !asked.is_read   ? mine.sequences(" and n.seq > 0" + filters, true)
                    : *asked.is_read ? mine.read_sequences(filters)
                                     : mine.sequences(unread_condition + filters, true);
  // One more than asked tells whether there is another page.
  values.emplace_back("top", std::int64_t{asked.limit} + asked.offset + 1);
  values.emplace_back("page", asked.limit + 1);
  values.emplace_back("offset", asked.offset);
  // A cross join keeps SQLite to this order: first the few keys, then their rows.
  const auto sql = "select " + notification_columns + ", " + read_at_expression + " from (select "
                   "u.seq from (" + keys + ") u order by u.seq desc limit :page offset :offset) k "
                   "cross join notifications n left join notification_reads r on r.user_id = :user "
                   "and r.notification_id = n.id where n.seq = k.seq order by n.seq desc";
  inbox_page page;
  db.select(sql, item_columns, values, [&](row& x) { page.items.push_back(read_item(x)); });
  if (page.items.size() > static_cast<std::size_t>(asked.limit)) {
    page.items.pop_back();
    page.next = page.items.back().what->seq;
  }
  return page;
}

std::map<notification_id, inbox_item> find_in_inbox(connection& db, const principal& who,
                                                    timestamp now,
                                                    std::span<const notification_id> ids) {
  static const auto sql =
    "select " + notification_columns + ", " + read_at_expression
    + " from notifications n left join notification_reads r on r.user_id = :user and "
      "r.notification_id = n.id {, rows} where n.id = {id} and n.seq is not null and "
      "(n.expires_at is null or n.expires_at > :now) and r.deleted_at is null";
  static constexpr column columns[] = {{"id", storage_class::binary}};
  std::map<notification_id, inbox_item> found;
  db.for_rows(
    sql, columns, ids.size(),
    [&](std::size_t i, parameter_list& out) { out.emplace_back("id", ids[i]); },
    {{"user", who.subject}, {"now", now}}, item_columns,
    [&](row& x) {
      auto item = read_item(x);
      if (rules::entitled(who, item.what->to))
        found.emplace(item.what->id, std::move(item));
    });
  return found;
}

std::int64_t count_unread_of(connection& db, const principal& who, timestamp now,
                             std::int64_t upto) {
  const entitlement mine{who, now};
  parameter_list values{{"upto", upto}};
  mine.bind(values);
  std::int64_t count = 0;
  db.select("select " + mine.count_unread(), 1, values, [&](row& x) { count = x.number(); });
  return count;
}

seq_page read_seq_range(connection& db, const read_range& asked) {
  static const std::string within = " and n.seq > :after and n.seq <= :upto";
  parameter_list values{{"after", asked.after}, {"upto", asked.upto}, {"top", asked.limit}};
  std::optional<entitlement> theirs;
  std::string keys;
  if (asked.who) {
    theirs.emplace(*asked.who, asked.now);
    theirs->bind(values);
    keys = theirs->sequences(within, false);
  } else {
    values.emplace_back("now", asked.now);
    keys =
      "select * from (select n.seq from notifications n where "
      "(n.expires_at is null or n.expires_at > :now)"
      + within + " order by n.seq limit :top) b";
  }
  // One statement, so that rows, head and floor are of one moment.
  const auto sql = "select s.head, s.floor, " + notification_columns
                   + " from sequences s left join (select u.seq from (" + keys
                   + ") u order by u.seq limit :top) k on true left join notifications n on "
                     "n.seq = k.seq where s.name = 'inbox' order by k.seq";
  seq_page page;
  db.select(sql, notification_column_count + 2, values, [&](row& x) {
    page.upto = std::min(x.number(), asked.upto);
    page.floor = x.number();
    if (!x.next_is_null())
      page.items.push_back(read_notification(x));
  });
  if (page.items.size() >= static_cast<std::size_t>(asked.limit))
    page.upto = page.items.back()->seq;
  return page;
}

inbox_state read_inbox_state(connection& db) {
  inbox_state state;
  db.select("select head, floor from sequences where name = 'inbox'", 2, {}, [&](row& x) {
    state.head = x.number();
    state.floor = x.number();
  });
  return state;
}

}  // namespace carillon::storage
