#include "storage/event_bulks.hpp"

#include "storage/bulks.hpp"
#include "storage/events.hpp"
#include "storage/json_text.hpp"
#include "storage/recipients.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace carillon::storage {

namespace {

constexpr column marked_columns[] = {{"id", storage_class::binary}};

/// What all crowds come to: their letter, those who are named, each once, and how urgent it is.
struct gathering {
  event_letter letter{};
  std::vector<std::string> named{};
  priority lane{priority::low};
};

gathering gather(const acceptance& what, std::span<const planned* const> left) {
  gathering out;
  out.letter.told = what.told;
  std::unordered_set<std::string> seen;
  for (const auto* one : left) {
    const auto& people = *one->told_later;
    out.lane = std::max(out.lane, one->delivery->priority);
    out.letter.routes.push_back(people.route);
    auto& groups = out.letter.groups;
    if (people.group && std::ranges::find(groups, *people.group) == groups.end())
      groups.push_back(*people.group);
    for (const auto& name : people.named)
      if (seen.insert(name).second)
        out.named.push_back(name);
  }
  return out;
}

}  // namespace

void begin_event_bulk(work& w, timestamp now, const acceptance& what,
                      std::span<const planned* const> left) {
  const auto all = gather(what, left);
  const auto letter = text_of(all.letter);
  const auto chunks = put_chunks(w, what.bulk, all.named);
  w.db.run(
    "insert into notification_batches (id, status, filter, total, succeeded, failed, created_at, "
    "letter, lane, started_by, event_id, after_user, turn) values (:id, 'processing', '{}', "
    ":total, 0, 0, :now, :letter, :lane, :by, :event, :after, :turn)",
    {{"id", what.bulk},
     {"total", all.named.size()},
     {"now", now},
     {"letter", letter},
     {"lane", static_cast<int>(all.lane)},
     {"by", what.what.subject},
     {"event", what.what.id},
     null_if(all.letter.groups.empty(), {"after", ""}),
     {"turn", chunks}});
  arm_at(w.out, timer_kind::batch, now);
  ++w.out.rows;
}

bool take_event_chunk(work& w, const bulk_chunk& what, timestamp now) {
  const auto& turn = what.of->turn;
  const auto taken =
    turn.named
      ? w.db.run("delete from notification_batch_chunks where batch_id = :id and number = :number",
                 {{"id", what.batch}, {"number", what.number}})
      : w.db.run(
        "update notification_batches set after_user = :next, turn = turn + 1 where id = :id and "
        "turn = :number and after_user is not null",
        {null_if(!turn.next, {"next", turn.next ? *turn.next : std::string_view{}}),
         {"id", what.batch},
         {"number", what.number}});
  if (taken == 0)
    return false;
  const auto letter = text_of(turn.letter);
  w.db.run("update notification_batches set letter = :letter, total = total + :n where id = :id",
           {{"letter", letter}, {"n", turn.members}, {"id", what.batch}});
  if (!has_chunks(w.db, what.batch))
    arm_at(w.out, timer_kind::batch, now);
  w.out.rows += 2;
  return true;
}

void mark_event_chunk(work& w, const bulk_chunk& what, std::span<const delivery_ptr> made) {
  std::vector<const delivery*> marked;
  std::set<std::string_view> people;
  for (const auto& x : made) {
    if (is_collecting(*x))
      continue;
    marked.push_back(x.get());
    people.insert(x->user_id.empty() ? x->recipient : x->user_id);
  }
  w.db.for_rows(
    "update notification_deliveries set bulk_id = :bulk, in_inbox = 0 {from rows} "
    "where notification_deliveries.id = {id}",
    marked_columns, marked.size(),
    [&](std::size_t i, parameter_list& out) { out.emplace_back("id", marked[i]->id); },
    {{"bulk", what.batch}});
  const auto others = what.of->people - static_cast<std::int64_t>(people.size());
  if (others > 0)
    w.db.run("update notification_batches set told = told + :n where id = :id",
             {{"n", others}, {"id", what.batch}});
}

void read_event_slice(connection& db, const event_id& about, const std::string& letter,
                      const std::string& named, const std::string& after, bulk_slice& to) {
  auto& turn = to.of.emplace();
  turn.letter = event_letter_of(letter);
  turn.named = !named.empty();
  if (auto found = find_event(db, about))
    turn.about = std::move(*found);
  if (turn.named) {
    to.user_ids = strings_of(named);
    return;
  }
  to.user_ids = read_members(db, turn.letter.groups, after, bulk_chunk_users);
  if (to.user_ids.size() == bulk_chunk_users)
    turn.next = to.user_ids.back();
  if (after.empty())
    turn.members = count_members(db, turn.letter.groups);
}

}  // namespace carillon::storage
