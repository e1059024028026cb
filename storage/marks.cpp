#include "storage/marks.hpp"

#include "storage/inbox.hpp"

#include <set>
#include <vector>

namespace carillon::storage {

namespace {

constexpr std::string_view read_text =
  "insert into notification_reads (user_id, notification_id, read_at) "
  "select :user, {id}, cast(:now as bigint) {from rows} where true "
  "on conflict (user_id, notification_id) do update set "
  "read_at = coalesce(notification_reads.read_at, excluded.read_at)";

constexpr std::string_view remove_text =
  "insert into notification_reads (user_id, notification_id, deleted_at) "
  "select :user, {id}, cast(:now as bigint) {from rows} where true "
  "on conflict (user_id, notification_id) do update set deleted_at = excluded.deleted_at";

/// The named ones that change: theirs, and for `read` unread.
std::vector<notification_id> changing(work& w, unit& x, const marking& what) {
  const auto found = find_in_inbox(w.db, *what.who, x.now, what.ids);
  if (what.single && found.empty()) {
    x.refused = error{errc::not_found, "there is no such notification"};
    return {};
  }
  std::vector<notification_id> ids;
  std::set<notification_id> seen;
  for (const auto& id : what.ids) {
    const auto item = found.find(id);
    if (item != found.end() && seen.insert(id).second
        && (what.kind == mark_kind::remove || !item->second.read_at))
      ids.push_back(id);
  }
  return ids;
}

void mark_named(work& w, unit& x, marking& what) {
  what.done.ids = changing(w, x, what);
  what.done.count = static_cast<std::int64_t>(what.done.ids.size());
  w.db.for_rows(
    what.kind == mark_kind::remove ? remove_text : read_text, id_column, what.done.ids.size(),
    [&](std::size_t i, parameter_list& out) { out.emplace_back("id", what.done.ids[i]); },
    {{"user", what.who->subject}, {"now", x.now}});
}

/// All up to the head, which every number at or below it has reached: the counter's commit makes
/// them visible in order. The watermark is one row however many they are; only so many are named.
void mark_all(work& w, const unit& x, marking& what) {
  const auto head = read_inbox_state(w.db).head;
  what.done.count = count_unread_of(w.db, *what.who, x.now, head);
  if (what.done.count == 0)
    return;
  what.done.ids = list_unread_of(w.db, *what.who, x.now, head, most_named);
  w.db.run(
    "insert into inbox_watermarks (user_id, seq, read_at) values (:user, :seq, :now) "
    "on conflict (user_id, seq) do nothing",
    {{"user", what.who->subject}, {"seq", head}, {"now", x.now}});
}

}  // namespace

void apply_marking(work& w, unit& x, marking& what) {
  what.done.at = x.now;
  if (what.kind == mark_kind::read_all)
    mark_all(w, x, what);
  else
    mark_named(w, x, what);
  if (x.refused)
    return;
  what.done.unread = count_unread_of(w.db, *what.who, x.now);
  w.out.rows += static_cast<std::size_t>(what.done.count);
  if (what.done.count > 0)
    w.out.changes.push_back({what.who->subject, what.kind, what.done.ids, what.done.unread, x.now,
                             what.origin,
                             what.done.count > static_cast<std::int64_t>(what.done.ids.size())});
}

}  // namespace carillon::storage
