#include "storage/effects.hpp"

#include <algorithm>
#include <iterator>

namespace carillon::storage {

namespace {

template <class T>
void append(std::vector<T>& to, std::vector<T>&& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

void effects::merge(effects&& other) {
  append(visible, std::move(other.visible));
  append(changes, std::move(other.changes));
  append(preferences, std::move(other.preferences));
  append(claimed, std::move(other.claimed));
  append(outcomes, std::move(other.outcomes));
  append(withdrawn, std::move(other.withdrawn));
  for (const auto& x : other.timers)
    arm_at(*this, x.key.kind, x.at, x.key.channel);
  for (const auto& x : other.tallies) {
    auto& sum = tally_of(*this, x.channel);
    for (std::size_t lane = 0; lane < lane_count; ++lane)
      sum.waiting[lane] += x.waiting[lane];
    sum.dead += x.dead;
  }
  append(bulks, std::move(other.bulks));
  rows += other.rows;
  digests_wait = digests_wait || other.digests_wait;
}

void arm_at(effects& out, timer_kind kind, timestamp at, const std::string& channel) {
  const timer_key key{kind, channel};
  const auto known = std::ranges::find(out.timers, key, &arm::key);
  if (known == out.timers.end())
    out.timers.push_back({key, at});
  else
    known->at = std::min(known->at, at);
}

tally& tally_of(effects& out, const std::string& channel) {
  const auto known = std::ranges::find(out.tallies, channel, &tally::channel);
  return known == out.tallies.end() ? out.tallies.emplace_back(tally{channel, {}, 0}) : *known;
}

void count_waiting(effects& out, const std::string& channel, priority lane, std::int64_t change) {
  tally_of(out, channel).waiting[static_cast<std::size_t>(lane)] += change;
}

}  // namespace carillon::storage
