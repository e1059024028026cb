#include "storage/acceptances.hpp"

#include "storage/collections.hpp"
#include "storage/event_bulks.hpp"
#include "storage/turns.hpp"
#include "storage/verdict.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace carillon::storage {

void want_locks(const acceptance& x, timestamp now, milliseconds retention,
                std::vector<lock>& wanted) {
  for (const auto& one : x.plan) {
    if (!takes_lock(x, one))
      continue;
    lock wish;
    wish.key = digest_of(
      {"event", x.what.type, x.what.entity_id, x.what.sub_id, one.channel, one.recipient});
    wish.event = x.what.id;
    wish.now = now;
    wish.until = now + (one.lock_for > milliseconds{0} ? one.lock_for : retention);
    wanted.push_back(wish);
  }
}

void harvest_acceptance(work& w, const accepting& unit, std::span<const lock> locks,
                        harvest& into) {
  auto& x = *unit.what;
  const auto wanted = static_cast<std::size_t>(
    std::ranges::count_if(x.plan, [&](const auto& one) { return takes_lock(x, one); }));
  const auto mine = locks.subspan(unit.first_lock, wanted);
  if (!mine.empty() && wanted == x.plan.size() && std::ranges::none_of(mine, &lock::won)) {
    x.done.duplicate = true;
    x.done.id = mine.front().event.value_or(x.what.id);
    return;
  }
  into.events.push_back(&x.what);
  harvest_plan(w, x, unit.now, mine, into);
}

void harvest_plan(work& w, acceptance& x, timestamp now, std::span<const lock> mine,
                  harvest& into) {
  x.done.id = x.what.id;
  auto next = mine.begin();
  std::vector<const planned*> left;
  for (const auto& one : x.plan) {
    auto outcome = shown_of(one, x.what.type);
    const auto* held = takes_lock(x, one) ? &*next++ : nullptr;
    const auto decided = judge(one, held, [&] { return take_turn(w, one, now); });
    if (one.told_later && decided == verdict::as_planned) {
      left.push_back(&one);
      continue;
    }
    apply(decided, one, *outcome);
    bool stored = !one.inbox;
    if (decided == verdict::collected)
      stored = collect(w, *one.waits_with, x.what.id,
                       held ? std::optional{held->key} : std::nullopt, now, *outcome);
    else if (decided == verdict::throttled && held)  // what is not sent takes no lock
      w.db.run("delete from notification_locks where key = :key", {{"key", held->key}});
    else if (decided == verdict::as_planned && one.inbox)
      into.add(one.inbox, now);
    if (stored)
      into.deliveries.push_back(outcome);
    x.done.deliveries.push_back(std::move(outcome));
  }
  if (!left.empty()) {
    begin_event_bulk(w, now, x, left);
    x.done.bulk = x.bulk;
  }
}

}  // namespace carillon::storage
