#include "storage/channel_counts.hpp"

#include <vector>

namespace carillon::storage {

namespace {

constexpr column count_columns[] = {
  {"channel"}, {"lane", storage_class::number}, {"change", storage_class::number}};

/// Where the dead are counted, beside the lanes.
constexpr int dead_lane = -1;

struct count_change {
  const std::string* channel;
  int lane;
  std::int64_t by;
};

std::vector<count_change> changes_of(const std::vector<tally>& all) {
  std::vector<count_change> out;
  for (const auto& x : all) {
    for (std::size_t lane = 0; lane < lane_count; ++lane)
      if (x.waiting[lane] != 0)
        out.push_back({&x.channel, static_cast<int>(lane), x.waiting[lane]});
    if (x.dead != 0)
      out.push_back({&x.channel, dead_lane, x.dead});
  }
  return out;
}

}  // namespace

void keep_counts(work& w) {
  const auto changes = changes_of(w.out.tallies);
  w.db.for_rows(
    "insert into channel_counts (channel, lane, node, count) "
    "select {channel}, {lane}, cast(:node as text), {change} {from rows} where true "
    "on conflict (channel, lane, node) do update set count = channel_counts.count + "
    "excluded.count",
    count_columns, changes.size(),
    [&](std::size_t i, parameter_list& out) {
      const auto& x = changes[i];
      out.insert(out.end(), {{"channel", *x.channel}, {"lane", x.lane}, {"change", x.by}});
    },
    {{"node", w.node}});
}

void read_counts(connection& db, effects& out) {
  db.select(
    "select channel, lane, cast(sum(count) as bigint) from channel_counts group by channel, lane "
    "having sum(count) <> 0 order by channel, lane",
    3, {}, [&](row& x) {
      auto& sum = tally_of(out, x.text());
      const auto lane = x.number();
      (lane == dead_lane ? sum.dead : sum.waiting[static_cast<std::size_t>(lane)]) = x.number();
    });
}

}  // namespace carillon::storage
