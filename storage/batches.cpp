#include "storage/batches.hpp"

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

constexpr column id_column[] = {{"id", storage_class::binary}};

constexpr const char* batch_columns =
  "id, status, total, succeeded, failed, created_at, completed_at";
constexpr int batch_column_count = 7;

batch_status status_of(const std::string& word) {
  return word == "completed"   ? batch_status::completed
         : word == "cancelled" ? batch_status::cancelled
         : word == "failed"    ? batch_status::failed
                               : batch_status::processing;
}

batch_record record_of(row& x) {
  batch_record out;
  out.id = x.id<batch_id>();
  out.status = status_of(x.text());
  out.total = x.number();
  out.succeeded = x.number();
  out.failed = x.number();
  out.created_at = x.time();
  out.completed_at = x.optional_time();
  out.processed = out.succeeded + out.failed;
  return out;
}

/// Counts the final ones of a batch that is not over.
void count(connection& db, batch_record& of) {
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

void end(work& w, batch_record& what, batch_status how, timestamp now) {
  count(w.db, what);
  what.status = how;
  what.completed_at = now;
  w.db.run(
    "update notification_batches set status = :status, succeeded = :succeeded, "
    "failed = :failed, completed_at = :now where id = :id",
    {{"status", how == batch_status::cancelled ? "cancelled" : "completed"},
     {"succeeded", what.succeeded},
     {"failed", what.failed},
     {"now", now},
     {"id", what.id}});
}

struct open_batch {
  batch_id id{};
  delivery_filter which{};
  std::optional<delivery_id> done{};
  std::optional<delivery_id> last{};
};

/// The dead ones of the batch's filter that come next, oldest first.
std::vector<delivery_ptr> next_dead(work& w, const open_batch& of, int limit) {
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
bool replay_slice(work& w, const open_batch& of, timestamp now, int limit) {
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
  auto found = read_batch(w.db, what.id);
  if (!found) {
    x.refused = error{errc::not_found, "there is no such batch"};
    return;
  }
  if (!found->completed_at) {
    std::vector<delivery_ptr> waiting;
    w.db.select("select " + delivery_columns
                  + " from notification_deliveries where batch_id = :id and status in "
                    "('pending', 'retrying')",
                delivery_column_count, {{"id", what.id}},
                [&](row& at) { waiting.push_back(read_delivery(at, true)); });
    w.db.for_rows(
      "update notification_deliveries set status = 'cancelled', due_at = null, owner = null, "
      "reason = 'cancelled' {from rows} where notification_deliveries.id = {id}",
      id_column, waiting.size(),
      [&](std::size_t i, parameter_list& out) { out.emplace_back("id", waiting[i]->id); });
    for (const auto& one : waiting) {
      count_waiting(w.out, one->channel, one->priority, -1);
      if (one->status == delivery_status::delivering)
        w.out.withdrawn.push_back(one);
    }
    end(w, *found, batch_status::cancelled, x.now);
    w.out.rows += waiting.size() + 1;
  }
  what.done = *found;
}

void work_batches(work& w, timestamp now, int limit) {
  std::vector<open_batch> open;
  w.db.select(
    "select id, filter, done_id, last_id from notification_batches "
    "where completed_at is null order by id",
    4, {}, [&](row& x) {
      auto& one = open.emplace_back();
      one.id = x.id<batch_id>();
      one.which = filter_of(x.text());
      one.done = x.optional_id<delivery_id>();
      one.last = x.optional_id<delivery_id>();
    });
  for (const auto& one : open) {
    if (replay_slice(w, one, now, limit)) {
      arm_at(w.out, timer_kind::batch, now);
    } else if (any_waits(w.db, one.id)) {
      arm_at(w.out, timer_kind::batch, now + between_looks);
    } else if (auto record = read_batch(w.db, one.id)) {
      end(w, *record, batch_status::completed, now);
    }
  }
}

std::optional<batch_record> read_batch(connection& db, const batch_id& id) {
  std::optional<batch_record> found;
  std::string sql{"select "};
  sql.append(batch_columns).append(" from notification_batches where id = :id");
  db.select(sql, batch_column_count, {{"id", id}}, [&](row& x) { found = record_of(x); });
  if (found && !found->completed_at)
    count(db, *found);
  return found;
}

bool has_open_batch(connection& db) {
  bool open = false;
  db.select("select 1 from notification_batches where completed_at is null limit 1", 1, {},
            [&](row&) { open = true; });
  return open;
}

}  // namespace carillon::storage
