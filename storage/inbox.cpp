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

/// The filters of a list as a condition on `x`.
std::string filters_on(const std::string& x, const list_inbox& asked) {
  std::string sql;
  const auto is_as_asked = [&](const std::string& column) {
    sql += " and " + x + "." + column + " = :" + column;
  };
  if (asked.type)
    is_as_asked("type");
  if (asked.priority)
    is_as_asked("priority");
  if (asked.source)
    is_as_asked("source");
  if (asked.group_key)
    is_as_asked("group_key");
  return sql;
}

void bind_filters(const list_inbox& asked, parameter_list& values) {
  if (asked.type)
    values.emplace_back("type", to_string(*asked.type));
  if (asked.priority)
    values.emplace_back("priority", static_cast<int>(*asked.priority));
  if (asked.source)
    values.emplace_back("source", *asked.source);
  if (asked.group_key)
    values.emplace_back("group_key", *asked.group_key);
  if (asked.before)
    values.emplace_back("before", *asked.before);
  // One more than asked tells whether there is another page.
  values.emplace_back("top", std::int64_t{asked.limit} + asked.offset + 1);
  values.emplace_back("page", asked.limit + 1);
  values.emplace_back("offset", asked.offset);
}

/// The rows `g` of the group of `n`, as far as the filters let them through.
std::string group_of_n(const list_inbox& asked) {
  return " from mine a cross join notifications g where g.user_id = a.user_id and "
         "g.role = a.role and g.store_id = a.store_id and g.group_key = n.group_key and "
         "g.group_key <> ''"
         + kept("g") + filters_on("g", asked);
}

/// Holds for the newest of each group and for what has none. What is newer than an unread row is
/// above the last watermark as it is.
std::string leads_its_group(const list_inbox& asked) {
  const auto as_asked = !asked.is_read ? std::string{} : *asked.is_read ? read("g") : unmarked("g");
  return " and (n.group_key = '' or not exists (select 1" + group_of_n(asked) + " and g.seq > n.seq"
         + as_asked + "))";
}

/// The columns that `read_group` takes; 0 where there is no group.
std::string group_columns(const list_inbox& asked) {
  const auto count = [](const std::string& rows) {
    return ", case when n.group_key = '' then 0 else (select count(*)" + rows + ") end";
  };
  const auto all = group_of_n(asked);
  const auto unread_ones = count(all + unread("g"));
  if (asked.is_read)
    return (*asked.is_read ? count(all + " and g.seq > 0" + read("g")) + ", 0"
                           : unread_ones + unread_ones);
  return count(all + " and g.seq > 0") + unread_ones;
}

group_size read_group(row& x, bool is_read) {
  const group_size size{x.number(), x.number()};
  return size.count > 0 ? size : group_size{1, is_read ? 0 : 1};
}

}  // namespace

inbox_page read_inbox(connection& db, const list_inbox& asked) {
  const entitlement mine{*asked.who, asked.now};
  parameter_list values;
  mine.bind(values);
  bind_filters(asked, values);
  const auto condition = filters_on("n", asked) + (asked.before ? " and n.seq < :before" : "")
                         + (asked.fold ? leads_its_group(asked) : "");
  const auto keys = !asked.is_read   ? mine.sequences(" and n.seq > 0" + condition, true)
                    : *asked.is_read ? mine.read_sequences(condition)
                                     : mine.sequences(unread("n") + condition, true);
  // A cross join keeps SQLite to this order: first the few keys, then their rows.
  const auto from = " from (select u.seq from (" + keys
                    + ") u order by u.seq desc limit :page offset :offset) k "
                      "cross join notifications n left join notification_reads r on "
                      "r.user_id = :user and r.notification_id = n.id where n.seq = k.seq "
                      "order by n.seq desc";
  const auto columns = "select " + notification_columns + ", " + read_at_expression;
  const auto sql = asked.fold
                     ? "with mine as (" + mine.rows() + ") " + columns + group_columns(asked) + from
                     : columns + from;
  inbox_page page;
  db.select(sql, item_columns + (asked.fold ? 2 : 0), values, [&](row& x) {
    auto& item = page.items.emplace_back(read_item(x));
    if (asked.fold)
      item.group = read_group(x, item.read_at.has_value());
  });
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

std::vector<notification_id> list_unread_of(connection& db, const principal& who, timestamp now,
                                            std::int64_t upto, std::int64_t limit) {
  const entitlement mine{who, now};
  parameter_list values{{"upto", upto}, {"top", limit}};
  mine.bind(values);
  // First the few keys, then their rows, as in a list.
  const auto sql = "select n.id from (select u.seq from ("
                   + mine.sequences(unread("n") + " and n.seq <= :upto", true)
                   + ") u order by u.seq desc limit :top) k cross join notifications n "
                     "where n.seq = k.seq order by n.seq desc";
  std::vector<notification_id> ids;
  db.select(sql, 1, values, [&](row& x) { ids.push_back(x.id<notification_id>()); });
  return ids;
}

seq_page read_seq_range(connection& db, const read_range& asked) {
  static const std::string within = " and n.seq > :after and n.seq <= :upto";
  parameter_list values{{"after", asked.after}, {"upto", asked.upto}, {"top", asked.limit}};
  std::optional<entitlement> theirs;
  std::string keys;
  std::string marks;
  std::string read_at = "cast(null as bigint)";
  if (asked.who) {
    theirs.emplace(*asked.who, asked.now);
    theirs->bind(values);
    keys = theirs->sequences(within, false);
    marks = " left join notification_reads r on r.user_id = :user and r.notification_id = n.id";
    read_at = read_at_expression;
  } else {
    values.emplace_back("now", asked.now);
    keys =
      "select * from (select n.seq from notifications n where "
      "(n.expires_at is null or n.expires_at > :now)"
      + within + " order by n.seq limit :top) b";
  }
  // One statement, so that rows, head and floor are of one moment.
  const auto sql = "select s.head, s.floor, " + notification_columns + ", " + read_at
                   + " from sequences s left join (select u.seq from (" + keys
                   + ") u order by u.seq limit :top) k on true left join notifications n on "
                     "n.seq = k.seq"
                   + marks + " where s.name = 'inbox' order by k.seq";
  seq_page page;
  db.select(sql, item_columns + 2, values, [&](row& x) {
    page.upto = std::min(x.number(), asked.upto);
    page.floor = x.number();
    if (!x.next_is_null())
      page.items.push_back(read_item(x));
  });
  if (page.items.size() >= static_cast<std::size_t>(asked.limit))
    page.upto = page.items.back().what->seq;
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
