#pragma once

#include "protocol/time.hpp"

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace carillon::rules {

/// What watchers of presence are told of users who come and go. Who comes back within the grace
/// never left. At most `max_single` changes in any second are told singly, fewer where so many hear
/// them that it would cost too much; what is beyond that is one remark that something changed.
class presence_feed {
 public:
  static constexpr seconds grace{10};
  static constexpr std::size_t max_single = 100;

  /// What to tell now.
  struct telling {
    struct change {
      std::string user_id;
      bool online;

      friend bool operator==(const change&, const change&) = default;
    };
    std::vector<change> singly{};
    /// More changed than is told singly.
    bool changed{false};
  };

  /// A user's first connection came.
  void came(std::string_view user_id);

  /// A user's last connection went.
  void went(std::string_view user_id, steady_time now);

  /// Takes what is to be told at this time, singly at most so many in any second; to be asked again
  /// in a second while `pending`.
  telling tell(steady_time now, std::size_t most = max_single);

  /// Something is to be told later.
  bool pending() const noexcept { return beyond_ || !news_.empty() || !leaving_.empty(); }

 private:
  void add(std::string user_id, bool online);

  /// When those who went count as gone.
  std::unordered_map<std::string, steady_time> leaving_;
  std::deque<std::pair<steady_time, std::string>> by_time_;
  std::vector<telling::change> news_;
  /// More changed than was told singly; when that was last told.
  bool beyond_ = false;
  steady_time remarked_ = steady_time::min();
  /// When changes were told singly, of the last second.
  std::deque<steady_time> told_;
};

}  // namespace carillon::rules
