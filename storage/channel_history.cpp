#include "storage/channel_history.hpp"

#include <map>
#include <utility>

namespace carillon::storage {

namespace {

using enum storage_class;

constexpr column freeze_columns[] = {{"channel"}, {"scope"}, {"until", number}};

/// More than that are not worth the memory: those that end first are left out.
constexpr int most_freezes = 65'536;

}  // namespace

void note_freezes(work& w, std::span<const counted_attempt> all) {
  std::map<std::pair<std::string_view, std::string_view>, timestamp> latest;
  for (const auto& x : all)
    for (const auto& one : x.what->frozen)
      latest[{*x.channel, one.key}] = one.until;
  auto next = latest.begin();
  w.db.for_rows(
    "insert into channel_freezes (channel, scope, until) select {channel}, {scope}, {until} "
    "{from rows} where true on conflict (channel, scope) do update set until = excluded.until",
    freeze_columns, latest.size(), [&](std::size_t, parameter_list& out) {
      const auto& [what, until] = *next++;
      out.insert(out.end(), {{"channel", what.first}, {"scope", what.second}, {"until", until}});
    });
}

channel_history history_of(connection& db, const std::string& channel) {
  channel_history out;
  const auto later = [&](row& x) {
    const auto at = x.optional_time();
    if (at && (!out.last_use || *out.last_use < *at))
      out.last_use = at;
  };
  db.select("select max(started_at) from notification_attempts where channel = :channel", 1,
            {{"channel", channel}}, later);
  db.select("select released_at from channel_releases where channel = :channel", 1,
            {{"channel", channel}}, later);
  db.select(
    "select scope, until from channel_freezes where channel = :channel order by until desc "
    "limit :n",
    2, {{"channel", channel}, {"n", most_freezes}}, [&](row& x) {
      auto key = x.text();
      out.frozen.push_back({std::move(key), x.time()});
    });
  return out;
}

std::size_t prune_freezes(work& w, timestamp now, int limit) {
  return w.db.run(
    "delete from channel_freezes where (channel, scope) in (select channel, scope from "
    "channel_freezes where until <= :now order by until limit :n)",
    {{"now", now}, {"n", limit}});
}

}  // namespace carillon::storage
