#include "storage/foresight.hpp"

#include "storage/acceptances.hpp"
#include "storage/idempotency.hpp"
#include "storage/turns.hpp"
#include "storage/verdict.hpp"

#include <exception>
#include <utility>
#include <vector>

namespace carillon::storage {

namespace {

/// All that is read inside is of one moment.
class snapshot {
 public:
  explicit snapshot(connection& db) : db_(db) {
    db_.command(db_.kind() == engine::sqlite ? "begin"
                                             : "begin transaction isolation level repeatable read");
  }
  ~snapshot() {
    try {
      db_.command("commit");
    } catch (const std::exception&) {
      // The connection is gone and its transaction with it: the next read opens it again.
      return;
    }
  }
  snapshot(const snapshot&) = delete;
  snapshot& operator=(const snapshot&) = delete;

 private:
  connection& db_;
};

/// It would be answered as it was then, and nothing done.
void foresee_repeat(acceptance& what) {
  for (const auto& one : what.plan) {
    auto outcome = shown_of(one, what.what.type);
    apply(verdict::duplicate, one, *outcome);
    what.done.deliveries.push_back(std::move(outcome));
  }
  what.plan.clear();
}

}  // namespace

std::optional<error> foresee_acceptance(connection& db, acceptance& what, timestamp now) {
  const snapshot moment{db};
  const auto repeated =
    what.idempotency ? is_repeated(db, *what.idempotency, now) : result<bool>{false};
  if (!repeated)
    return repeated.error();
  if (*repeated) {
    foresee_repeat(what);
    return std::nullopt;
  }
  std::vector<lock> locks;
  want_locks(what, now, milliseconds{0}, locks);
  foresee_locks(db, locks);
  auto next = locks.begin();
  std::vector<planned> told;
  for (auto& one : what.plan) {
    const auto* held = takes_lock(what, one) ? &*next++ : nullptr;
    const auto decided = judge(one, held, [&] { return has_turn(db, one, now); });
    auto outcome = shown_of(one, what.what.type);
    apply(decided, one, *outcome);
    what.done.deliveries.push_back(std::move(outcome));
    if (is_told(one) && (decided == verdict::as_planned || decided == verdict::collected))
      told.push_back(std::move(one));
  }
  what.plan = std::move(told);
  return std::nullopt;
}

}  // namespace carillon::storage
