#include "protocol/rules/wish_book.hpp"

#include <algorithm>
#include <utility>

namespace carillon::rules {

namespace {

constexpr std::size_t index(priority lane) {
  return static_cast<std::size_t>(lane);
}

}  // namespace

void wish_book::set(const std::string& channel, const lanes& room, bool only_backed) {
  auto& entry = entries_[channel];
  if (std::exchange(entry.only_backed, only_backed) != only_backed)
    entry.backlog.fill(true);
  entry.room = room;
}

bool wish_book::take(const std::string& channel, priority lane, bool backed) {
  auto& entry = entries_[channel];
  if (entry.only_backed && !backed)
    return false;
  auto& room = entry.room[index(lane)];
  auto& backlog = entry.backlog[index(lane)];
  if (backlog || room == 0) {
    backlog = true;
    return false;
  }
  --room;
  return true;
}

void wish_book::has_backlog(const std::string& channel, priority lane) {
  entries_[channel].backlog[index(lane)] = true;
}

void wish_book::claimed(const std::string& channel, priority lane, std::uint32_t asked,
                        std::uint32_t found) {
  auto& entry = entries_[channel];
  auto& room = entry.room[index(lane)];
  room -= std::min(room, found);
  if (found < asked)
    entry.backlog[index(lane)] = false;
}

std::uint32_t wish_book::claimable(const std::string& channel, priority lane) const {
  const auto found = entries_.find(channel);
  if (found == entries_.end() || !found->second.backlog[index(lane)])
    return 0;
  return found->second.room[index(lane)];
}

bool wish_book::only_backed(const std::string& channel) const {
  const auto found = entries_.find(channel);
  return found != entries_.end() && found->second.only_backed;
}

bool wish_book::any_claimable() const {
  return std::ranges::any_of(entries_, [](auto& x) {
    for (std::size_t lane = 0; lane < lane_count; ++lane)
      if (x.second.backlog[lane] && x.second.room[lane] > 0)
        return true;
    return false;
  });
}

}  // namespace carillon::rules
