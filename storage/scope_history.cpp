#include "storage/scope_history.hpp"

#include <algorithm>
#include <utility>

namespace carillon::storage {

namespace {

using enum storage_class;

constexpr column use_columns[] = {
  {"channel"},       {"scope"},         {"started_at", number}, {"delivery_id", binary},
  {"until", number}, {"weight", number}};

/// More than that are not worth the memory: those longest ago count no more.
constexpr int most_uses = 1'000'000;

}  // namespace

void note_scope_uses(work& w, std::span<const counted_attempt> all) {
  std::vector<std::pair<const counted_attempt*, const scope_use*>> rows;
  for (const auto& x : all)
    for (const auto& use : x.what->uses)
      rows.emplace_back(&x, &use);
  w.db.for_rows(
    "insert into scope_uses (channel, scope, started_at, delivery_id, until, weight) "
    "select {channel}, {scope}, {started_at}, {delivery_id}, {until}, {weight} {from rows} "
    "where true "
    "on conflict (channel, scope, started_at, delivery_id) do nothing",
    use_columns, rows.size(), [&](std::size_t i, parameter_list& out) {
      const auto& [of, use] = rows[i];
      out.insert(out.end(), {{"channel", *of->channel},
                             {"scope", use->key},
                             {"started_at", of->what->started_at},
                             {"delivery_id", of->delivery},
                             {"until", use->until},
                             {"weight", use->weight}});
    });
}

scope_history scope_history_of(connection& db, const std::string& channel,
                               const std::vector<std::string>& keys) {
  scope_history out;
  for (const auto& key : keys) {
    auto& uses = out.uses[key];
    db.select(
      "select started_at, weight from scope_uses where channel = :channel and scope = :scope "
      "order by started_at desc limit :n",
      2, {{"channel", channel}, {"scope", key}, {"n", most_uses}}, [&](row& x) {
        const auto at = x.time();
        const auto room = static_cast<std::size_t>(most_uses) - uses.size();
        uses.insert(uses.end(), std::min(static_cast<std::size_t>(x.number()), room), at);
      });
    std::ranges::reverse(uses);
  }
  db.select("select released_at from channel_releases where channel = :channel", 1,
            {{"channel", channel}}, [&](row& x) { out.released = x.optional_time(); });
  return out;
}

std::size_t prune_scope_uses(work& w, timestamp now, int limit) {
  return w.db.run(
    "delete from scope_uses where (channel, scope, started_at, delivery_id) in "
    "(select channel, scope, started_at, delivery_id from scope_uses where until <= :now "
    "order by until limit :n)",
    {{"now", now}, {"n", limit}});
}

}  // namespace carillon::storage
