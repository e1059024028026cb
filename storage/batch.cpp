#include "storage/batch.hpp"

#include "storage/acceptances.hpp"
#include "storage/administration.hpp"
#include "storage/audit.hpp"
#include "storage/batches.hpp"
#include "storage/bulks.hpp"
#include "storage/collections.hpp"
#include "storage/creations.hpp"
#include "storage/deliveries.hpp"
#include "storage/event_bulks.hpp"
#include "storage/events.hpp"
#include "storage/idempotency.hpp"
#include "storage/locks.hpp"
#include "storage/marks.hpp"
#include "storage/notifications.hpp"
#include "storage/operations.hpp"
#include "storage/preferences.hpp"
#include "storage/routes.hpp"
#include "storage/settlements.hpp"
#include "storage/templates.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace carillon::storage {

namespace {

void forget_seq(notification& x) {
  x.seq = 0;
  x.visible_at = {};
}

/// A batch that was rolled back is applied again: nothing of its first run is left in it.
void reset(unit& x) {
  x.refused.reset();
  if (auto* made = std::get_if<creation>(&x.what)) {
    made->done = {};
    for (const auto& one : made->notifications)
      forget_seq(*one);
  } else if (auto* chunk = std::get_if<bulk_chunk>(&x.what)) {
    chunk->done = false;
    chunk->meant.done = {};
    if (chunk->of)
      chunk->of->meant.done = {};
    for (const auto& one : chunk->meant.notifications)
      forget_seq(*one);
  } else if (auto* taken = std::get_if<acceptance>(&x.what)) {
    taken->done = {};
    for (const auto& one : taken->plan)
      if (one.inbox)
        forget_seq(*one.inbox);
  } else if (auto* end = std::get_if<collection_end>(&x.what)) {
    end->done = false;
    if (end->meant.inbox)
      forget_seq(*end->meant.inbox);
  } else if (auto* mark = std::get_if<marking>(&x.what)) {
    mark->done = {};
  } else if (auto* wish = std::get_if<preferring>(&x.what)) {
    wish->done = {};
  } else if (auto* words = std::get_if<templating>(&x.what)) {
    words->done = {};
  } else if (auto* drawn = std::get_if<dispatching>(&x.what)) {
    drawn->done = 0;
  } else if (auto* again = std::get_if<replaying>(&x.what)) {
    again->done = {};
  } else if (auto* begun = std::get_if<bulking>(&x.what)) {
    begun->done = {};
  }
}

/// A slice of an event's bulk, where its locks begin, and what it makes.
struct slice_in_work {
  bulk_chunk* what;
  timestamp now;
  std::size_t first_lock;
  std::vector<delivery_ptr> made{};
};

/// The units of a batch by kind, each in their order.
struct sorted_units {
  std::vector<creating> creations{};
  std::vector<std::pair<const unit*, bulk_chunk*>> chunks{};
  std::vector<slice_in_work> slices{};
  std::vector<accepting> acceptances{};
  std::vector<std::pair<const unit*, collection_end*>> collections{};
  std::vector<std::pair<unit*, marking*>> marks{};
  std::vector<const settlement*> settlements{};
  std::vector<std::pair<const unit*, preferring*>> preferences{};
  std::vector<std::pair<unit*, const administration*>> changes{};
  /// What operators do, and what few others do.
  std::vector<unit*> operations{};
  std::vector<lock> locks{};
  /// The latest time any of them carries.
  timestamp now{};
};

sorted_units sort_units(std::span<const unit_ptr> units, const idempotency_ledger& ledger,
                        milliseconds retention) {
  sorted_units out;
  for (const auto& x : units) {
    if (!ledger.applies(*x))
      continue;
    out.now = std::max(out.now, x->now);
    if (auto* made = std::get_if<creation>(&x->what)) {
      out.creations.push_back({made, x->now, out.locks.size()});
      want_locks(*made, x->now, out.locks);
    } else if (auto* chunk = std::get_if<bulk_chunk>(&x->what)) {
      out.chunks.emplace_back(x.get(), chunk);
    } else if (auto* taken = std::get_if<acceptance>(&x->what)) {
      out.acceptances.push_back({taken, x->now, out.locks.size()});
      want_locks(*taken, x->now, retention, out.locks);
    } else if (auto* end = std::get_if<collection_end>(&x->what)) {
      out.collections.emplace_back(x.get(), end);
    } else if (auto* mark = std::get_if<marking>(&x->what)) {
      out.marks.emplace_back(x.get(), mark);
    } else if (auto* wish = std::get_if<preferring>(&x->what)) {
      out.preferences.emplace_back(x.get(), wish);
    } else if (const auto* change = std::get_if<administration>(&x->what)) {
      out.changes.emplace_back(x.get(), change);
    } else if (const auto* told = std::get_if<settlement>(&x->what)) {
      out.settlements.push_back(told);
    } else {
      out.operations.push_back(x.get());
    }
  }
  return out;
}

/// What those mean that are the next of their bulk is created with the rest.
void take_chunks(work& w, sorted_units& all, milliseconds retention) {
  for (const auto& [x, chunk] : all.chunks) {
    chunk->done = chunk->of ? take_event_chunk(w, *chunk, x->now) : take_chunk(w, *chunk, x->now);
    if (chunk->done && chunk->of) {
      all.slices.push_back({chunk, x->now, all.locks.size()});
      want_locks(chunk->of->meant, x->now, retention, all.locks);
    } else if (chunk->done) {
      all.creations.push_back({&chunk->meant, x->now, all.locks.size()});
    }
  }
}

void harvest_slice(work& w, slice_in_work& x, std::span<const lock> locks, harvest& into) {
  const auto before = into.deliveries.size();
  harvest_plan(w, x.what->of->meant, x.now, locks.subspan(x.first_lock), into);
  x.made.assign(into.deliveries.begin() + static_cast<std::ptrdiff_t>(before),
                into.deliveries.end());
}

/// Applies a unit that stands alone.
struct operator_of {
  work& w;
  unit& x;
  uuid_source& ids;

  void operator()(intervention& what) const { intervene(w, x, what); }
  void operator()(replaying& what) const { begin_replay(w, x.now, {ids.next(x.now)}, what); }
  void operator()(bulking& what) const { begin_bulk(w, x.now, {ids.next(x.now)}, what); }
  void operator()(bulk_failing& what) const { fail_bulk(w, x.now, what); }
  void operator()(batch_stop& what) const { stop_batch(w, x, what); }
  void operator()(dispatching& what) const { dispatch(w, x.now, what); }
  void operator()(const route_change& what) const { replace_routes(w, x.now, what); }
  void operator()(const conclusion& what) const { conclude(w, what); }
  void operator()(templating& what) const { change_templates(w, x, what, ids); }
  void operator()(const push_note& what) const { note_pushes(w, x.now, what.ids); }
  /// The others are applied kind by kind.
  void operator()(const auto&) const {}
};

}  // namespace

void apply_batch(work& w, std::span<const unit_ptr> units, milliseconds retention,
                 uuid_source& ids) {
  for (const auto& x : units)
    reset(*x);
  idempotency_ledger ledger{w, units};
  auto sorted = sort_units(units, ledger, retention);
  take_chunks(w, sorted, retention);
  take_locks(w, sorted.locks);
  harvest made;
  harvest_creations(w, sorted.creations, sorted.locks, made);
  for (const auto& x : sorted.acceptances)
    harvest_acceptance(w, x, sorted.locks, made);
  for (auto& x : sorted.slices)
    harvest_slice(w, x, sorted.locks, made);
  for (const auto& [x, end] : sorted.collections)
    harvest_collection(w, *end, x->now, made);
  insert_events(w, made.events);
  insert_deliveries(w, made.deliveries, sorted.now);
  for (const auto& [x, chunk] : sorted.chunks)
    if (chunk->done && !chunk->of)
      mark_chunk(w, *chunk);
  for (const auto& x : sorted.slices)
    mark_event_chunk(w, *x.what, x.made);
  settle_deliveries(w, sorted.settlements, sorted.now, ids);
  for (const auto& [x, mark] : sorted.marks)
    apply_marking(w, *x, *mark);
  for (const auto& [x, change] : sorted.changes)
    apply_administration(w, *x, *change);
  for (auto* x : sorted.operations)
    std::visit(operator_of{w, *x, ids}, x->what);
  insert_audit(w, units, ledger, ids);
  apply_preferences(w, sorted.preferences);
  insert_notifications(w, made.visible, made.later);
  ledger.store_answers();
}

}  // namespace carillon::storage
