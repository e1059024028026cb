#include "storage/sql_repository.hpp"
#include "storage/channel_history.hpp"

#include "storage/batch.hpp"
#include "storage/batches.hpp"
#include "storage/channel_counts.hpp"
#include "storage/collections.hpp"
#include "storage/deliveries.hpp"
#include "storage/inbox.hpp"
#include "storage/notifications.hpp"
#include "storage/retention.hpp"
#include "storage/survey.hpp"

#include <chrono>

namespace carillon::storage {

namespace {

/// A node that has not renewed its lease for so long is dead; leases are looked at so often.
constexpr milliseconds lease_time{30'000};
constexpr milliseconds lease_look{10'000};

std::unique_ptr<file_lock> lock_file(const store_url& url, seconds patience) {
  return url.kind == engine::sqlite ? std::make_unique<file_lock>(url.target + ".lock", patience)
                                    : nullptr;
}

}  // namespace

sql_repository::sql_repository(const options& how, wall_clock clock)
    : how_(how),
      clock_(std::move(clock)),
      url_(parse_url(how_.url)),
      file_lock_(lock_file(url_, how_.name_timeout)),
      db_(url_) {
  if (url_.kind == engine::postgresql)
    lock_name(db_, how_.node, how_.name_timeout);
  epoch_ = raise_epoch(db_, how_.node, url_.kind == engine::sqlite, clock_());
}

sql_repository::~sql_repository() = default;

void sql_repository::begin(std::int64_t batch) {
  db_.run(begin_text(db_.kind()));
  if (db_.kind() == engine::sqlite)
    return;
  const auto rows = db_.run(
    "update leases set batch = :batch where node = :node and "
    "epoch = :epoch",
    {{"batch", batch}, {"node", how_.node}, {"epoch", epoch_}});
  if (rows != 1) {
    rollback();
    throw fenced("another process took the name of node " + how_.node);
  }
}

void sql_repository::commit() {
  db_.run("commit");
}

void sql_repository::rollback() noexcept {
  try {
    db_.run("rollback");
  } catch (const std::exception&) {
    // The engine has rolled back by itself, or the connection is gone and its transaction with it.
    return;
  }
}

void sql_repository::savepoint() {
  db_.run("savepoint unit");
}

void sql_repository::release_savepoint() {
  db_.run("release savepoint unit");
}

void sql_repository::rollback_to_savepoint() {
  db_.run("rollback to savepoint unit");
  db_.run("release savepoint unit");
}

template <class F>
effects sql_repository::account(rules::wish_book& wishes, F f) {
  effects out;
  work w{db_, how_.node, wishes, out, how_.sinks};
  f(w);
  keep_counts(w);
  return out;
}

effects sql_repository::apply(std::span<const unit_ptr> units, rules::wish_book& wishes) {
  return account(
    wishes, [&](work& w) { apply_batch(w, units, std::chrono::days{how_.retention_days}, ids_); });
}

effects sql_repository::claim(rules::wish_book& wishes, timestamp now) {
  return account(wishes, [&](work& w) { claim_deliveries(w, now); });
}

effects sql_repository::work_due(const timer_key& key, timestamp now, int limit,
                                 rules::wish_book& wishes) {
  return account(wishes, [&](work& w) {
    switch (key.kind) {
      case timer_kind::retry:
        return report_retries(w, key.channel, now);
      case timer_kind::release:
        return release_notifications(w, now, limit);
      case timer_kind::expiry:
        return expire_deliveries(w, now, limit, ids_);
      case timer_kind::retention:
        return prune(w, now, how_.retention_days, limit);
      case timer_kind::batch:
        return work_batches(w, now, limit);
      case timer_kind::digest:
        return end_collections(w, now, limit);
      case timer_kind::lease:
        heartbeat();
        if (url_.kind == engine::postgresql)
          free_dead_nodes(w, lease_time, now);
        return arm_at(w.out, timer_kind::lease, now + lease_look);
    }
  });
}

effects sql_repository::rescue(const std::string& channel, std::span<const delivery_id> held,
                               timestamp now, rules::wish_book& wishes) {
  return account(wishes, [&](work& w) { rescue_deliveries(w, channel, held, now); });
}

void sql_repository::heartbeat() {
  const auto rows = db_.run("update leases set alive_at = " + std::string(database_now(db_.kind()))
                              + " where node = :node and epoch = :epoch",
                            {{"node", how_.node}, {"epoch", epoch_}});
  if (rows != 1)
    throw fenced("another process took the name of node " + how_.node);
}

effects sql_repository::survey(timestamp now) {
  return survey_store(db_, now);
}

channel_history sql_repository::history(const std::string& channel) {
  return history_of(db_, channel);
}

inbox_state sql_repository::state() {
  return read_inbox_state(db_);
}

void sql_repository::reconnect() {
  db_.reconnect();
  if (url_.kind == engine::postgresql)
    lock_name(db_, how_.node, how_.name_timeout);
  if (!is_current(db_, how_.node, epoch_))
    throw fenced("another process took the name of node " + how_.node);
}

bool sql_repository::was_committed(std::int64_t batch) {
  std::int64_t last = 0;
  const std::string_view locked = db_.kind() == engine::sqlite ? "" : " for update";
  db_.select("select batch from leases where node = :node and epoch = :epoch" + std::string(locked),
             1, {{"node", how_.node}, {"epoch", epoch_}}, [&](row& x) { last = x.number(); });
  return last == batch;
}

std::unique_ptr<repository> open_repository(const options& how, wall_clock clock) {
  return std::make_unique<sql_repository>(how, std::move(clock));
}

}  // namespace carillon::storage
