#pragma once

#include "protocol/notification.hpp"

#include <array>
#include <cstdint>

namespace carillon::rules {

/// How many deliveries a sender keeps in memory, lane by lane, and when it asks for more: once half
/// a lane's window is neither held nor asked for, so that wishes come in batches.
class window {
 public:
  using counts = std::array<std::uint32_t, lane_count>;

  explicit window(std::uint32_t size) : size_(size) {}

  std::uint32_t size() const noexcept { return size_; }
  /// Of that size from now on; what is held above it stays.
  void resize(std::uint32_t size) noexcept { size_ = size; }

  /// A delivery came in.
  void took(priority lane);
  /// One is done with.
  void freed(priority lane);

  /// True when a new wish is worth a message.
  bool wants_more() const;

  /// The whole room, lane by lane; it counts as asked for from now on.
  counts ask();

 private:
  std::uint32_t size_;
  counts held_{};
  counts asked_{};
};

}  // namespace carillon::rules
