#include "storage/batches.hpp"

#include "storage/bulks.hpp"
#include "storage/deliveries.hpp"
#include "storage/filters.hpp"
#include "storage/json_text.hpp"
#include "storage/operations.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace carillon::storage {

namespace {

/// How soon a batch is looked at again of which all is on its way.
constexpr milliseconds between_looks{1000};

/// Deliveries that one commit cancels of a batch: others wait no longer for it than for any batch.
constexpr int most_cancelled = 2000;

constexpr const char* batch_columns =
  "id, status, total, succeeded, failed, created_at, completed_at, told, started_by, "
  "case when letter is null then 0 else 1 end, case when event_id is null then 0 else 1 end, "
  "filter, done_id, last_id";
constexpr int batch_column_count = 14;

batch_status status_of(const std::string& word) {
  return word == "completed"   ? batch_status::completed
         : word == "cancelled" ? batch_status::cancelled
         : word == "failed"    ? batch_status::failed
                               : batch_status::processing;
}

/// A batch as it is stored.
struct stored_batch : batch_record {
  /// Users of a bulk whom the inbox alone has told.
  std::int64_t told{0};
  std::string by{};
  bool is_bulk{false};
  bool tells_event{false};
  /// What a replay is about, and the slice of it that was worked last.
  delivery_filter which{};
  std::optional<delivery_id> done{};
  std::optional<delivery_id> last{};

  /// Where what belongs to it is marked.
  const char* mark() const { return is_bulk ? "bulk_id" : "batch_id"; }
};

constexpr std::string_view word_of(batch_status x) {
  return x == batch_status::cancelled ? "cancelled"
         : x == batch_status::failed  ? "failed"
                                      : "completed";
}

stored_batch record_of(row& x) {
  stored_batch out;
  out.id = x.id<batch_id>();
  out.status = status_of(x.text());
  out.total = x.number();
  out.succeeded = x.number();
  out.failed = x.number();
  out.created_at = x.time();
  out.completed_at = x.optional_time();
  out.processed = out.succeeded + out.failed;
  out.told = x.number();
  out.by = x.text();
  out.is_bulk = x.number() != 0;
  out.tells_event = x.number() != 0;
  out.which = filter_of(x.text());
  out.done = x.optional_id<delivery_id>();
  out.last = x.optional_id<delivery_id>();
  return out;
}

std::optional<stored_batch> find_batch(connection& db, const batch_id& id) {
  std::optional<stored_batch> found;
  std::string sql{"select "};
  sql.append(batch_columns).append(" from notification_batches where id = :id");
  db.select(sql, batch_column_count, {{"id", id}}, [&](row& x) { found = record_of(x); });
  return found;
}

/// Counts the final ones of a batch.
void count(connection& db, stored_batch& of) {
  if (of.is_bulk)
    return count_users(db, of.told, of.tells_event, of);
  of.succeeded = of.failed = 0;
  db.select(
    "select status, count(*) from notification_deliveries where batch_id = :id "
    "group by status",
    2, {{"id", of.id}}, [&](row& x) {
      const auto status = parse_delivery_status(x.text()).value_or(delivery_status::failed);
      const auto n = x.number();
      if (status == delivery_status::delivered)
        of.succeeded += n;
      else if (is_final(status))
        of.failed += n;
    });
  of.processed = of.succeeded + of.failed;
}

/// The same of one whose counts may change yet: what was under way when a bulk ended early may
/// arrive all the same.
void count_if_open(connection& db, stored_batch& of) {
  const bool early = of.is_bulk && of.status != batch_status::completed;
  if (!of.completed_at || early)
    count(db, of);
}

void end(work& w, stored_batch& what, batch_status how, timestamp now) {
  drop_chunks(w, what.id);
  count(w.db, what);
  what.status = how;
  what.completed_at = now;
  if (what.tells_event && how == batch_status::completed)
    what.total = what.processed;  // whoever left a group meanwhile was not told
  w.db.run(
    "update notification_batches set status = :status, total = :total, succeeded = :succeeded, "
    "failed = :failed, completed_at = :now where id = :id",
    {{"status", word_of(how)},
     {"total", what.total},
     {"succeeded", what.succeeded},
     {"failed", what.failed},
     {"now", now},
     {"id", what.id}});
  if (what.is_bulk)
    w.out.bulks.push_back({.id = what.id, .by = what.by, .over = true});
}

/// The dead ones of the batch's filter that come next, oldest first.
std::vector<delivery_ptr> next_dead(work& w, const stored_batch& of, int limit) {
  parameter_list values;
  auto sql = "select " + delivery_columns + " from notification_deliveries where id <= :last"
             + filters_of(of.which, values);
  values.emplace_back("last", *of.last);
  if (of.done) {
    sql += " and id > :done";
    values.emplace_back("done", *of.done);
  }
  values.emplace_back("n", limit);
  std::vector<delivery_ptr> found;
  w.db.select(sql + " order by id limit :n", delivery_column_count, values,
              [&](row& x) { found.push_back(read_delivery(x, false)); });
  return found;
}

/// Sends a slice again; true where more may come.
bool replay_slice(work& w, const stored_batch& of, timestamp now, int limit) {
  if (!of.last || of.done == of.last)
    return false;
  const auto found = next_dead(w, of, limit);
  w.db.for_rows("update notification_deliveries set batch_id = :batch, " + revive_assignments
                  + " {from rows} where notification_deliveries.id = {id}",
                id_column, found.size(),
                [&](std::size_t i, parameter_list& out) { out.emplace_back("id", found[i]->id); },
                {{"batch", of.id}, {"now", now}});
  for (const auto& x : found) {
    count_waiting(w.out, x->channel, x->priority, +1);
    --tally_of(w.out, x->channel).dead;
    w.wishes.has_backlog(x->channel, x->priority);
    arm_at(w.out, timer_kind::retry, now, x->channel);
    if (x->expires_at != timestamp::max())
      arm_at(w.out, timer_kind::expiry, now + (x->expires_at - x->created_at));
  }
  const bool more = found.size() == static_cast<std::size_t>(limit);
  w.db.run("update notification_batches set done_id = :done where id = :id",
           {{"done", more ? std::optional{found.back()->id} : of.last}, {"id", of.id}});
  w.out.rows += found.size();
  return more;
}

bool any_waits(connection& db, const batch_id& id) {
  bool waits = false;
  db.select(
    "select 1 from notification_deliveries where batch_id = :id and status in "
    "('pending', 'retrying') limit 1",
    1, {{"id", id}}, [&](row&) { waits = true; });
  return waits;
}

/// Cancels some of what waits, and withdraws what senders have; true where more may wait.
bool cancel_slice(work& w, const stored_batch& of) {
  std::vector<std::shared_ptr<delivery>> found;
  w.db.select(std::string{"select id, channel, priority, owner from notification_deliveries where "}
                + of.mark() + " = :id and due_at is not null limit :n",
              4, {{"id", of.id}, {"n", most_cancelled}}, [&](row& x) {
                auto one = std::make_shared<delivery>();
                one->id = x.id<delivery_id>();
                one->channel = x.text();
                one->priority = static_cast<priority>(x.number());
                one->status = delivery_status::cancelled;
                if (!x.text().empty())
                  w.out.withdrawn.push_back(one);
                found.push_back(std::move(one));
              });
  w.db.for_rows(
    "update notification_deliveries set status = 'cancelled', due_at = null, owner = null, "
    "reason = 'cancelled' {from rows} where notification_deliveries.id = {id}",
    id_column, found.size(),
    [&](std::size_t i, parameter_list& out) { out.emplace_back("id", found[i]->id); });
  for (const auto& x : found)
    count_waiting(w.out, x->channel, x->priority, -1);
  w.out.rows += found.size();
  return found.size() == static_cast<std::size_t>(most_cancelled);
}

/// Works on a batch that is not over; how soon to look again, nothing where all of it is final.
std::optional<milliseconds> work_on(work& w, const stored_batch& what, timestamp now, int limit) {
  const auto at_once = milliseconds{0};
  if (what.status == batch_status::cancelled)
    return cancel_slice(w, what) ? std::optional{at_once} : std::nullopt;
  if (!what.is_bulk) {
    if (replay_slice(w, what, now, limit))
      return at_once;
    return any_waits(w.db, what.id) ? std::optional{between_looks} : std::nullopt;
  }
  const bool users_wait = has_chunks(w.db, what.id);
  w.out.bulks.push_back({.id = what.id, .by = what.by, .waits = users_wait});
  return users_wait || has_waiting(w.db, what.id) ? std::optional{between_looks} : std::nullopt;
}

}  // namespace

void begin_replay(work& w, timestamp now, const batch_id& id, replaying& what) {
  what.which.status = delivery_status::dead;
  parameter_list values;
  const auto filters = filters_of(what.which, values);
  std::int64_t total = 0;
  w.db.select("select count(*) from notification_deliveries where true" + filters, 1, values,
              [&](row& x) { total = x.number(); });
  std::optional<delivery_id> last;
  w.db.select(
    "select id from notification_deliveries where true" + filters + " order by id desc limit 1", 1,
    values, [&](row& x) { last = x.id<delivery_id>(); });
  const auto filter = text_of(what.which);
  const bool nothing = total == 0;
  w.db.run(
    "insert into notification_batches (id, status, filter, done_id, last_id, total, succeeded, "
    "failed, created_at, completed_at) values (:id, :status, :filter, null, :last, :total, 0, 0, "
    ":now, :completed)",
    {{"id", id},
     {"status", nothing ? "completed" : "processing"},
     {"filter", filter},
     {"last", last},
     {"total", total},
     {"now", now},
     {"completed", nothing ? std::optional{now} : std::nullopt}});
  if (!nothing)
    arm_at(w.out, timer_kind::batch, now);
  auto& made = what.done.what;
  made = {.id = id, .total = total, .created_at = now};
  if (nothing) {
    made.status = batch_status::completed;
    made.completed_at = now;
  }
  ++w.out.rows;
}

void stop_batch(work& w, unit& x, batch_stop& what) {
  auto found = find_batch(w.db, what.id);
  if (!found) {
    x.refused = error{errc::not_found, "there is no such batch"};
    return;
  }
  if (found->status == batch_status::processing) {
    drop_chunks(w, what.id);
    found->status = batch_status::cancelled;
    if (cancel_slice(w, *found)) {
      w.db.run("update notification_batches set status = 'cancelled' where id = :id",
               {{"id", what.id}});
      arm_at(w.out, timer_kind::batch, x.now);
      count(w.db, *found);
    } else {
      end(w, *found, batch_status::cancelled, x.now);
    }
    ++w.out.rows;
  } else {
    count_if_open(w.db, *found);
  }
  what.done = *found;
}

void fail_bulk(work& w, timestamp now, bulk_failing& what) {
  auto found = find_batch(w.db, what.id);
  what.done = found && found->status == batch_status::processing;
  if (what.done)
    end(w, *found, batch_status::failed, now);
}

void work_batches(work& w, timestamp now, int limit) {
  std::vector<stored_batch> open;
  std::string sql{"select "};
  sql.append(batch_columns)
    .append(" from notification_batches where completed_at is null order by id");
  w.db.select(sql, batch_column_count, {}, [&](row& x) { open.push_back(record_of(x)); });
  for (auto& one : open) {
    if (const auto soon = work_on(w, one, now, limit))
      arm_at(w.out, timer_kind::batch, now + *soon);
    else
      end(w, one, one.status == batch_status::cancelled ? one.status : batch_status::completed,
          now);
  }
}

std::optional<batch_record> read_batch(connection& db, const batch_id& id) {
  auto found = find_batch(db, id);
  if (found)
    count_if_open(db, *found);
  return found;
}

bool has_open_batch(connection& db) {
  bool open = false;
  db.select("select 1 from notification_batches where completed_at is null limit 1", 1, {},
            [&](row&) { open = true; });
  return open;
}

}  // namespace carillon::storage
