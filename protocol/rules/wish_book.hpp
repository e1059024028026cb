#pragma once

#include "protocol/notification.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <string>

namespace carillon::rules {

/// What senders have room for, lane by lane, and where older rows wait unclaimed. A new row goes
/// straight to its sender only if there is room and nothing older waits in its lane; so a lane is
/// first come, first served, and rows pass through storage's claim only when there is a backlog.
/// A wish may be for backed rows alone, those that a backup can take over; the others wait then and
/// are no backlog. A value: a batch works on a copy that is kept only if it commits.
class wish_book {
 public:
  using lanes = std::array<std::uint32_t, lane_count>;

  /// A sender's new wish replaces its old one. Where it is for other rows than that, what waits is
  /// unknown again.
  void set(const std::string& channel, const lanes& room, bool only_backed = false);

  /// Takes a slot for a new row that is due now; if it cannot, the row stays unclaimed and, where
  /// it is wished for, its lane has a backlog from now on.
  bool take(const std::string& channel, priority lane, bool backed = false);

  /// A row that waits unclaimed came into being: not due yet, or freed.
  void has_backlog(const std::string& channel, priority lane);

  /// A claim asked for `asked` due rows and found `found`; the room shrinks by them. Fewer than
  /// asked: nothing due waits there any more.
  void claimed(const std::string& channel, priority lane, std::uint32_t asked, std::uint32_t found);

  /// How many rows a claim may fetch now: the room, where there is a backlog.
  std::uint32_t claimable(const std::string& channel, priority lane) const;

  /// Whether a claim is to fetch backed rows alone.
  bool only_backed(const std::string& channel) const;

  /// Whether there is a lane in which a claim may fetch anything.
  bool any_claimable() const;

  /// Channels with a wish or a backlog.
  const auto& channels() const noexcept { return entries_; }

  struct entry {
    lanes room{};
    bool only_backed{false};
    /// Unknown counts as waiting: a fresh book claims before it hands over directly.
    std::array<bool, lane_count> backlog{true, true, true, true};
  };

 private:
  std::map<std::string, entry> entries_;
};

}  // namespace carillon::rules
