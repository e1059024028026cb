#include "storage/locks.hpp"

#include <algorithm>
#include <map>
#include <vector>

namespace carillon::storage {

namespace {

using enum storage_class;

constexpr column take_columns[] = {
  {"key", binary}, {"event_id", binary},   {"notification_id", binary},
  {"said"},        {"created_at", number}, {"expires_at", number}};

constexpr std::string_view take_text =
  "insert into notification_locks (key, event_id, notification_id, said, created_at, expires_at) "
  "select {key}, {event_id}, {notification_id}, {said}, {created_at}, {expires_at} {from rows} "
  "where true on conflict (key) do update set event_id = excluded.event_id, "
  "notification_id = excluded.notification_id, said = excluded.said, "
  "created_at = excluded.created_at, expires_at = excluded.expires_at where "
  "notification_locks.expires_at <= excluded.created_at "
  "returning key";

constexpr column lock_column[] = {{"key", binary}};

constexpr std::string_view holder_text =
  "select notification_locks.key, event_id, notification_id, said from notification_locks {, rows} "
  "where notification_locks.key = {key}";

constexpr column foresee_columns[] = {{"key", binary}, {"now", number}};

constexpr std::string_view foresee_text =
  "select notification_locks.key, event_id from notification_locks {, rows} "
  "where notification_locks.key = {key} and expires_at > {now}";

/// By key, so that two nodes take the same ones in the same order.
using first_by_key = std::map<digest, lock*>;

void read_holders(work& w, const first_by_key& firsts) {
  std::vector<const lock*> lost;
  for (const auto& [key, first] : firsts)
    if (!first->won)
      lost.push_back(first);
  w.db.for_rows(
    holder_text, lock_column, lost.size(),
    [&](std::size_t i, parameter_list& out) { out.emplace_back("key", lost[i]->key); }, {}, 4,
    [&](row& x) {
      auto* first = firsts.at(to_digest(x.binary()));
      first->event = x.optional_id<event_id>();
      first->notification = x.optional_id<notification_id>();
      first->said = x.text();
    });
}

}  // namespace

void take_locks(work& w, std::span<lock> wanted) {
  if (wanted.empty())
    return;
  first_by_key firsts;
  for (auto& x : wanted)
    firsts.emplace(x.key, &x);
  std::vector<const lock*> in_order;
  for (const auto& [key, first] : firsts)
    in_order.push_back(first);
  w.out.rows += w.db.for_rows(
    take_text, take_columns, in_order.size(),
    [&](std::size_t i, parameter_list& out) {
      const auto& x = *in_order[i];
      out.insert(out.end(), {{"key", x.key},
                             {"event_id", x.event},
                             {"notification_id", x.notification},
                             null_if(x.said.empty(), {"said", x.said}),
                             {"created_at", x.now},
                             {"expires_at", x.until}});
    },
    {}, 1, [&](row& x) { firsts.at(to_digest(x.binary()))->won = true; });
  read_holders(w, firsts);
  for (auto& x : wanted) {
    const auto* first = firsts.at(x.key);
    if (first != &x) {
      x.event = first->event;
      x.notification = first->notification;
      x.said = first->said;
    }
  }
}

void foresee_locks(connection& db, std::span<lock> wanted) {
  for (auto& x : wanted)
    x.won = true;
  db.for_rows(
    foresee_text, foresee_columns, wanted.size(),
    [&](std::size_t i, parameter_list& out) {
      out.emplace_back("key", wanted[i].key);
      out.emplace_back("now", wanted[i].now);
    },
    {}, 2,
    [&](row& x) {
      const auto held = std::ranges::find(wanted, to_digest(x.binary()), &lock::key);
      held->won = false;
      held->event = x.optional_id<event_id>();
    });
}

}  // namespace carillon::storage
