#include "storage/bulks.hpp"

#include "storage/creations.hpp"
#include "storage/event_bulks.hpp"
#include "storage/json_text.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

namespace carillon::storage {

namespace {

constexpr column chunk_columns[] = {
  {"batch_id", storage_class::binary}, {"number", storage_class::number}, {"user_ids"}};

constexpr column mark_columns[] = {{"id", storage_class::binary},
                                   {"in_inbox", storage_class::number}};

constexpr column follow_columns[] = {{"id", storage_class::binary},
                                     {"before", storage_class::binary}};

/// Of one user's deliveries: 1 where any waits, and where anything has reached them.
constexpr const char* waits_column =
  "max(case when status in ('pending', 'retrying') then 1 else 0 end)";
constexpr const char* reached_column =
  "max(case when status = 'delivered' or in_inbox = 1 then 1 else 0 end)";

/// The users of each chunk, as JSON.
std::vector<std::string> in_chunks(const std::vector<std::string>& users) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < users.size(); i += bulk_chunk_users) {
    const auto size = std::min(bulk_chunk_users, users.size() - i);
    const auto first = users.begin() + static_cast<std::ptrdiff_t>(i);
    out.push_back(text_of(std::vector(first, first + static_cast<std::ptrdiff_t>(size))));
  }
  return out;
}

/// The inbox rows that the chunk really makes.
std::set<notification_id> inbox_rows(const creation& x) {
  std::set<notification_id> out;
  for (std::size_t i = 0; i < x.notifications.size(); ++i)
    if (is_listed(x, i))
      out.insert(x.notifications[i]->id);
  return out;
}

/// A page's users, each with what was tried; one more than asked where more follow.
std::vector<bulk_failure> read_lost(connection& db, const list_bulk_failures& asked) {
  std::string sql{
    "select d.user_id, d.channel, d.status, d.reason, d.last_error from "
    "(select user_id from notification_deliveries where bulk_id = :id and user_id > :after "
    "group by user_id having "};
  sql.append(waits_column).append(" = 0 and ").append(reached_column);
  // SQLite keeps the order of a cross join: the page first, then what belongs to it.
  sql +=
    " = 0 order by user_id limit :n) lost cross join notification_deliveries d "
    "where d.bulk_id = :id and d.user_id = lost.user_id order by d.user_id, d.id";
  std::vector<bulk_failure> out;
  db.select(sql, 5, {{"id", asked.id}, {"after", asked.after}, {"n", asked.limit + 1}},
            [&](row& x) {
              auto user = x.text();
              if (out.empty() || out.back().user_id != user)
                out.push_back({std::move(user), {}});
              auto& miss = out.back().misses.emplace_back();
              miss.channel = x.text();
              miss.status = parse_delivery_status(x.text()).value_or(delivery_status::failed);
              miss.why = x.text();
              if (auto last_error = x.text(); !last_error.empty())
                miss.why = std::move(last_error);
            });
  return out;
}

}  // namespace

void begin_bulk(work& w, timestamp now, const batch_id& id, bulking& what) {
  const auto total = static_cast<std::int64_t>(what.user_ids.size());
  const auto letter = text_of(what.what);
  w.db.run(
    "insert into notification_batches (id, status, filter, total, succeeded, failed, created_at, "
    "letter, lane, started_by) values (:id, 'processing', '{}', :total, 0, 0, :now, :letter, "
    ":lane, :by)",
    {{"id", id},
     {"total", total},
     {"now", now},
     {"letter", letter},
     {"lane", static_cast<int>(what.what.priority.value_or(priority::normal))},
     {"by", what.by}});
  put_chunks(w, id, what.user_ids);
  what.done.what = {.id = id, .total = total, .created_at = now};
  arm_at(w.out, timer_kind::batch, now);
  ++w.out.rows;
}

std::size_t put_chunks(work& w, const batch_id& id, const std::vector<std::string>& users) {
  const auto chunks = in_chunks(users);
  w.db.for_rows(
    "insert into notification_batch_chunks (batch_id, number, user_ids) "
    "select {batch_id}, {number}, {user_ids} {from rows} where true",
    chunk_columns, chunks.size(), [&](std::size_t i, parameter_list& out) {
      out.emplace_back("batch_id", id);
      out.emplace_back("number", i);
      out.emplace_back("user_ids", chunks[i]);
    });
  w.out.rows += chunks.size();
  return chunks.size();
}

bool take_chunk(work& w, const bulk_chunk& what, timestamp now) {
  const auto taken =
    w.db.run("delete from notification_batch_chunks where batch_id = :id and number = :number",
             {{"id", what.batch}, {"number", what.number}});
  if (taken == 0)
    return false;
  auto alone = inbox_rows(what.meant);
  for (const auto& x : what.meant.deliveries)
    if (x->notification)
      alone.erase(*x->notification);
  w.db.run("update notification_batches set told = told + :n where id = :id",
           {{"n", alone.size()}, {"id", what.batch}});
  if (!has_chunks(w.db, what.batch))
    arm_at(w.out, timer_kind::batch, now);
  w.out.rows += 2;
  return true;
}

void mark_chunk(work& w, const bulk_chunk& what) {
  const auto inbox = inbox_rows(what.meant);
  const auto& made = what.meant.deliveries;
  w.db.for_rows(
    "update notification_deliveries set bulk_id = :bulk, in_inbox = {in_inbox} {from rows} "
    "where notification_deliveries.id = {id}",
    mark_columns, made.size(),
    [&](std::size_t i, parameter_list& out) {
      out.emplace_back("id", made[i]->id);
      out.emplace_back("in_inbox",
                       made[i]->notification && inbox.contains(*made[i]->notification) ? 1 : 0);
    },
    {{"bulk", what.batch}});
}

void follow_bulks(work& w, std::span<const delivery_ptr> made) {
  std::vector<delivery_ptr> backups;
  std::ranges::copy_if(made, std::back_inserter(backups),
                       [](const delivery_ptr& x) { return x->failover_of.has_value(); });
  w.db.for_rows(
    "update notification_deliveries set bulk_id = (select earlier.bulk_id from "
    "notification_deliveries earlier where earlier.id = {before}), in_inbox = (select "
    "earlier.in_inbox from notification_deliveries earlier where earlier.id = {before}) "
    "{from rows} where notification_deliveries.id = {id}",
    follow_columns, backups.size(), [&](std::size_t i, parameter_list& out) {
      out.emplace_back("id", backups[i]->id);
      out.emplace_back("before", *backups[i]->failover_of);
    });
}

void drop_chunks(work& w, const batch_id& id) {
  w.out.rows +=
    w.db.run("delete from notification_batch_chunks where batch_id = :id", {{"id", id}});
  w.db.run("update notification_batches set after_user = null where id = :id", {{"id", id}});
}

bool has_chunks(connection& db, const batch_id& id) {
  return db.select(
           "select 1 from notification_batches b where id = :id and (after_user is not null or "
           "exists (select 1 from notification_batch_chunks c where c.batch_id = b.id))",
           1, {{"id", id}}, [](row&) {})
         > 0;
}

bool has_waiting(connection& db, const batch_id& id) {
  return db.select(
           "select 1 from notification_deliveries where bulk_id = :id and due_at is not null "
           "limit 1",
           1, {{"id", id}}, [](row&) {})
         > 0;
}

void count_users(connection& db, std::int64_t told, bool of_event, batch_record& of) {
  of.succeeded = told;
  of.failed = 0;
  std::string sql{"select reached, count(*) from (select "};
  sql.append(reached_column)
    .append(" as reached from notification_deliveries where bulk_id = :id ");
  sql.append("group by user_id")
    .append(of_event ? ", case when coalesce(user_id, '') = '' then recipient end" : "")
    .append(" having ")
    .append(waits_column)
    .append(" = 0) users group by reached");
  db.select(sql, 2, {{"id", of.id}}, [&](row& x) {
    auto& users = x.number() != 0 ? of.succeeded : of.failed;
    users += x.number();
  });
  of.processed = of.succeeded + of.failed;
}

std::optional<bulk_slice> read_next_slice(connection& db) {
  std::optional<bulk_slice> found;
  std::optional<event_id> about;
  std::string letter;
  std::string users;
  std::string after;
  db.select(
    "select b.id, coalesce(c.number, b.turn), b.letter, c.user_ids, b.event_id, b.after_user "
    "from notification_batches b left join notification_batch_chunks c on c.batch_id = b.id and "
    "c.number = (select min(number) from notification_batch_chunks where batch_id = b.id) "
    "where b.completed_at is null and (c.number is not null or b.after_user is not null) "
    "order by b.lane desc, coalesce(c.number, b.turn), b.id limit 1",
    6, {}, [&](row& x) {
      auto& next = found.emplace();
      next.batch = x.id<batch_id>();
      next.number = x.number();
      letter = x.text();
      users = x.text();
      about = x.optional_id<event_id>();
      after = x.text();
    });
  if (found && about) {
    read_event_slice(db, *about, letter, users, after, *found);
  } else if (found) {
    found->what = letter_of(letter);
    found->user_ids = strings_of(users);
  }
  return found;
}

std::optional<bulk_failure_page> read_failures(connection& db, const list_bulk_failures& asked) {
  const bool known = db.select("select 1 from notification_batches where id = :id", 1,
                               {{"id", asked.id}}, [](row&) {})
                     > 0;
  if (!known)
    return std::nullopt;
  bulk_failure_page out;
  out.items = read_lost(db, asked);
  if (out.items.size() > static_cast<std::size_t>(asked.limit)) {
    out.items.pop_back();
    out.next = out.items.back().user_id;
  }
  return out;
}

}  // namespace carillon::storage
