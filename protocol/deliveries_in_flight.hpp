#pragma once

#include "protocol/delivery.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace carillon {

/// The deliveries of this node that are with their providers, or whose attempt is not committed
/// yet: `delivering` to those who ask. No more than all channels' concurrency; safe from all
/// threads.
class deliveries_in_flight : public std::enable_shared_from_this<deliveries_in_flight> {
 public:
  struct line {
    std::string channel{};
    /// What storage has of it meanwhile.
    delivery_status stored{delivery_status::pending};
  };

  /// In it until the last copy of the handle is gone.
  std::shared_ptr<void> enter(const delivery& what);

  bool has(const delivery_id& id) const;
  std::vector<line> all() const;

 private:
  /// A sender that starts again may be handed what its earlier life still has under way.
  struct entry {
    line what{};
    std::size_t handles{0};
  };

  mutable std::mutex mutex_;
  std::map<delivery_id, entry> entries_;
};

using deliveries_in_flight_ptr = std::shared_ptr<deliveries_in_flight>;

}  // namespace carillon
