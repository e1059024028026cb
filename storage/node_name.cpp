#include "storage/node_name.hpp"

#include "storage/collections.hpp"
#include "storage/deliveries.hpp"
#include "storage/repository.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <unistd.h>
#include <chrono>

#include <cerrno>
#include <set>
#include <system_error>
#include <vector>

namespace carillon::storage {

namespace {

/// `flock` knows no deadline, so that a taken lock is looked at so often.
constexpr milliseconds look_again{20};

bool try_lock(int fd) {
  return ::flock(fd, LOCK_EX | LOCK_NB) == 0;
}

[[noreturn]] void refuse(const std::string& what) {
  throw fenced("another process bears this node's name (" + what + ")");
}

}  // namespace

file_lock::file_lock(const std::string& path, seconds patience)
    : fd_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
  if (fd_ < 0)
    throw store_failure("cannot open " + path + ": " + std::system_category().message(errno));
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!try_lock(fd_)) {
    if (std::chrono::steady_clock::now() >= until) {
      ::close(fd_);
      refuse(path + " is locked");
    }
    ::poll(nullptr, 0, static_cast<int>(look_again.count()));
  }
}

file_lock::~file_lock() {
  ::close(fd_);
}

void lock_name(connection& db, const std::string& node, seconds patience) {
  const auto limit = milliseconds{patience}.count() + 1;
  db.command("set lock_timeout = " + std::to_string(limit));
  try {
    db.select(
      "select cast(pg_advisory_lock(hashtextextended('carillon node ' || :node, 0)) as "
      "text)",
      1, {{"node", node}}, [](row&) {});
  } catch (const store_failure& e) {
    if (e.connection_lost)
      throw;
    refuse(node);
  }
  db.command("set lock_timeout = 0");
}

std::int64_t raise_epoch(connection& db, const std::string& node, bool alone, timestamp now) {
  db.run(begin_text(db.kind()));
  std::int64_t epoch = 0;
  const auto alive = std::string(database_now(db.kind()));
  db.select("insert into leases (node, epoch, batch, alive_at) values (:node, 1, 0, " + alive
              + ") on conflict (node) do update set epoch = leases.epoch + 1, batch = 0, "
                "alive_at = excluded.alive_at returning epoch",
            1, {{"node", node}}, [&](row& x) { epoch = x.number(); });
  std::vector<std::string> owners{node};
  if (alone)
    db.select(
      "select distinct owner from notification_deliveries where owner is not null and "
      "owner <> :node and owner <> :collector",
      1, {{"node", node}, {"collector", collector}}, [&](row& x) { owners.push_back(x.text()); });
  free_claims(db, owners, now);
  db.run("commit");
  return epoch;
}

bool is_current(connection& db, const std::string& node, std::int64_t epoch) {
  return db.select("select epoch from leases where node = :node and epoch = :epoch", 1,
                   {{"node", node}, {"epoch", epoch}}, [](row&) {})
         == 1;
}

void free_dead_nodes(work& w, milliseconds age, timestamp now) {
  std::set<std::string> dead;
  w.db.select(
    "select distinct d.owner, d.channel, d.priority from notification_deliveries d where "
    "d.owner is not null and d.owner <> :node and d.owner <> :collector and not exists (select 1 "
    "from leases l where "
    "l.node = d.owner and l.alive_at > "
      + std::string(database_now(w.db.kind())) + " - :age)",
    3, {{"node", w.node}, {"collector", collector}, {"age", age.count()}}, [&](row& x) {
      dead.insert(x.text());
      const auto channel = x.text();
      w.wishes.has_backlog(channel, static_cast<priority>(x.number()));
      arm_at(w.out, timer_kind::retry, now, channel);
    });
  if (dead.empty())
    return;
  arm_at(w.out, timer_kind::expiry, now);
  free_claims(w.db, std::vector<std::string>(dead.begin(), dead.end()), now);
}

}  // namespace carillon::storage
