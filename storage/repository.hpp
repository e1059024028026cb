#pragma once

#include "protocol/deliveries_in_flight.hpp"
#include "protocol/inbox_change.hpp"
#include "protocol/query.hpp"
#include "protocol/rules/wish_book.hpp"
#include "protocol/sink.hpp"
#include "protocol/tally.hpp"
#include "protocol/timer.hpp"
#include "protocol/unit.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace carillon::storage {

struct options {
  /// `sqlite://FILE`, `postgresql://…`
  std::string url{};
  /// This node's name: it owns claims, and one process at a time may bear it.
  std::string node{"carillon"};
  /// How long a start waits for the name.
  seconds name_timeout{10};
  /// Notifications, events, final deliveries and locks live that long.
  int retention_days{90};
  /// Who hears how deliveries end.
  std::vector<sink> sinks{};
};

/// A unit's own fault (a constraint, its data): only that unit is refused.
struct unit_failure : std::runtime_error {
  using runtime_error::runtime_error;
};

/// The connection's or the store's (busy, deadlock, disk full, lost, shut down): the batch is
/// repeated.
struct store_failure : std::runtime_error {
  explicit store_failure(const std::string& what, bool lost = false)
      : runtime_error(what), connection_lost(lost) {}
  /// The commit's outcome may be unknown: `reconnect`, then ask `was_committed`.
  bool connection_lost;
};

/// Another process bears this node's name, or took it: this one must end.
struct fenced : std::runtime_error {
  using runtime_error::runtime_error;
};

/// What follows from a batch once it is committed.
struct effects {
  /// In `seq` order, without holes among themselves.
  std::vector<notification_ptr> visible{};
  std::vector<inbox_change> changes{};
  /// To be told before what is visible.
  std::vector<preferences_change> preferences{};
  /// Claimed for the sender of their channel.
  std::vector<delivery_ptr> claimed{};
  /// In the state an outcome left them in.
  std::vector<delivery_ptr> outcomes{};
  /// Cancelled while a sender had them.
  std::vector<delivery_ptr> withdrawn{};
  /// The earliest times written, at most one of each key.
  std::vector<arm> timers{};
  std::vector<tally> tallies{};
  /// Digests that are over wait for their message.
  bool digests_wait{false};
  /// Bulks that were looked at, or ended.
  std::vector<bulk_standing> bulks{};
  std::size_t rows{0};

  void merge(effects&& other);
};

/// The lifecycle's verbs on one connection, for one thread. All but the last group run inside a
/// transaction begun by `begin`. Everything throws `unit_failure`, `store_failure` or `fenced`.
class repository {
 public:
  virtual ~repository() = default;

  /// Opens a transaction for the batch of that number; where others could have taken the node's
  /// name, checks that they have not.
  virtual void begin(std::int64_t batch) = 0;
  virtual void commit() = 0;
  virtual void rollback() noexcept = 0;
  virtual void savepoint() = 0;
  virtual void release_savepoint() = 0;
  virtual void rollback_to_savepoint() = 0;

  /// Applies units in order and fills their `done` or `refused`. `seq` numbers are taken last but
  /// for the inserts of notifications. New deliveries that are due and that `wishes` has room for
  /// are claimed as they are inserted.
  virtual effects apply(std::span<const unit_ptr> units, rules::wish_book& wishes) = 0;

  /// Claims due rows for standing wishes where a backlog waits.
  virtual effects claim(rules::wish_book& wishes, timestamp now) = 0;

  /// Works at most `limit` rows of what is due: makes notifications visible, expires deliveries
  /// past their age, prunes what is old. For retries it only reports, since claiming is `claim`'s:
  /// what is due has a backlog in `wishes`, what comes later is armed.
  virtual effects work_due(const timer_key& key, timestamp now, int limit,
                           rules::wish_book& wishes) = 0;

  /// Frees the channel's rows that this node owns but that are not in `held`.
  virtual effects rescue(const std::string& channel, std::span<const delivery_id> held,
                         timestamp now, rules::wish_book& wishes) = 0;

  /// Marks the lease alive by the database's clock.
  virtual void heartbeat() = 0;

  /// The state at the start: what waits and is dead on each channel, and the earliest time of each
  /// key. Outside a transaction, as are those below.
  virtual effects survey(timestamp now) = 0;

  /// What is known of the channel's sending before.
  virtual channel_history history(const std::string& channel) = 0;

  virtual inbox_state state() = 0;

  /// Opens the connection again and takes the node's name again; throws `fenced` if it is gone.
  virtual void reconnect() = 0;

  /// After a lost connection: whether that batch had been committed.
  virtual bool was_committed(std::int64_t batch) = 0;
};

/// Reads, on one connection for one thread. An error of the store answers the query `unavailable`
/// and leaves the reader fit for the next.
class reader {
 public:
  virtual ~reader() = default;

  /// Runs the query and answers it.
  virtual void run(query& what) = 0;
};

/// Takes the node's name, frees what its earlier life had claimed and opens the writer. Throws
/// `fenced` when the name is not free in time, `store_failure` when the store is away.
std::unique_ptr<repository> open_repository(const options& how, wall_clock clock);

/// Opens a reader on the same store, which tells of a delivery in flight that it is
/// `delivering`.
std::unique_ptr<reader> open_reader(const std::string& url,
                                    deliveries_in_flight_ptr in_flight = nullptr);

/// Brings the schema up to date under a lock and returns the names of what was applied.
std::vector<std::string> migrate(const std::string& url);

}  // namespace carillon::storage
