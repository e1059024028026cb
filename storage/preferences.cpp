#include "storage/preferences.hpp"

#include "protocol/codec/preferences.hpp"
#include "protocol/rules/preferences.hpp"

#include <algorithm>
#include <limits>
#include <optional>

namespace carillon::storage {

namespace {

/// The last number given, which is the last one until the commit.
std::int64_t lock_head(connection& db) {
  std::int64_t head = 0;
  db.select("update sequences set head = head + 0 where name = 'inbox' returning head", 1, {},
            [&](row& x) { head = x.number(); });
  return head;
}

struct stored_version {
  std::int64_t since{0};
  std::string document{};
};

std::optional<stored_version> current_version(connection& db, const std::string& user_id) {
  std::optional<stored_version> found;
  db.select(
    "select since_seq, document from preferences where user_id = :user and until_seq is null", 2,
    {{"user", user_id}}, [&](row& x) {
      found.emplace();
      found->since = x.number();
      found->document = x.text();
    });
  return found;
}

/// The version before holds up to here; of the oldest ones, those past the bound are dropped.
void supersede(work& w, const std::string& user_id, std::int64_t head) {
  w.db.run("update preferences set until_seq = :head where user_id = :user and until_seq is null",
           {{"head", head}, {"user", user_id}});
  w.db.run(
    "delete from preferences where user_id = :user and since_seq <= (select since_seq from "
    "preferences where user_id = :user order by since_seq desc limit 1 offset :kept)",
    {{"user", user_id}, {"kept", rules::preference_history::max_versions - 1}});
}

void store(work& w, const unit& x, preferring& what, std::int64_t head) {
  const auto document = codec::preferences_json(*what.what);
  const auto before = current_version(w.db, what.user_id);
  if (before && before->document == document) {
    what.done = {before->since, what.what};
    return;
  }
  if (before && before->since < head)
    supersede(w, what.user_id, head);
  w.db.run(
    "insert into preferences (user_id, since_seq, document, updated_at) "
    "values (:user, :head, :document, :now) on conflict (user_id, since_seq) do update set "
    "document = excluded.document, updated_at = excluded.updated_at",
    {{"user", what.user_id}, {"head", head}, {"document", document}, {"now", x.now}});
  what.done = {head, what.what};
  w.out.preferences.push_back({what.user_id, what.done});
  ++w.out.rows;
}

/// The versions that hold for rows numbered from `least` on.
rules::preference_history history_of(connection& db, const std::string& user_id,
                                     std::int64_t least) {
  rules::preference_history history;
  history.fill(read_versions(db, user_id, least - 1));
  return history;
}

}  // namespace

preferences_ptr stored_preferences(const std::string& document) {
  auto read = codec::decode_preferences(document);
  return std::make_shared<const preferences>(read ? std::move(*read) : preferences{});
}

std::vector<preferences_version> read_versions(connection& db, const std::string& user_id,
                                               std::int64_t after) {
  std::vector<preferences_version> out;
  db.select(
    "select since_seq, document from preferences where user_id = :user and "
    "(until_seq is null or until_seq > :after) order by since_seq",
    2, {{"user", user_id}, {"after", after}}, [&](row& x) {
      const auto since = x.number();
      out.push_back({since, stored_preferences(x.text())});
    });
  return out;
}

void mark_suppressed(connection& db, const std::string& user_id, std::span<inbox_item> items) {
  if (items.empty())
    return;
  const auto seq_of = [](const inbox_item& x) { return x.what->seq; };
  const auto history =
    history_of(db, user_id, seq_of(*std::ranges::min_element(items, {}, seq_of)));
  for (auto& x : items)
    x.suppressed = history.suppresses(*x.what);
}

void drop_suppressed(connection& db, const std::string& user_id, std::vector<inbox_item>& items) {
  mark_suppressed(db, user_id, items);
  std::erase_if(items, [](const inbox_item& x) { return x.suppressed; });
}

void apply_preferences(work& w, std::span<const std::pair<const unit*, preferring*>> all) {
  if (all.empty())
    return;
  const auto head = lock_head(w.db);
  for (const auto& [x, what] : all)
    store(w, *x, *what, head);
}

void prune_preferences(work& w, std::int64_t floor) {
  w.out.rows += w.db.run("delete from preferences where until_seq <= :floor", {{"floor", floor}});
}

}  // namespace carillon::storage
