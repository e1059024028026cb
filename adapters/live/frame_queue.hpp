#pragma once

#include "protocol/push.hpp"

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace carillon::live {

/// Frames on their way to one socket, in order. Bounded by its owner through `fits`; while empty
/// it holds next to no memory.
class frame_queue {
 public:
  static constexpr std::size_t frame_bound = 1000;
  static constexpr std::size_t byte_bound = 1 << 20;

  bool fits(std::size_t bytes) const noexcept {
    return size() < frame_bound && bytes_ + bytes <= byte_bound;
  }

  void add(frame_ptr frame);

  /// Fills `into` with what is to be written next; returns the part filled.
  std::span<const iovec> gather(std::span<iovec> into) const;

  /// That many bytes have been written.
  void written(std::size_t bytes);

  /// Drops every frame but those that are partly written, or that `pinned` bytes to be written
  /// reach into.
  void drop_unstarted(std::size_t pinned);

  bool empty() const noexcept { return head_ == frames_.size(); }
  std::size_t size() const noexcept { return frames_.size() - head_; }
  /// Bytes not written yet.
  std::size_t bytes() const noexcept { return bytes_; }

 private:
  void tidy();

  std::vector<frame_ptr> frames_;
  std::uint32_t head_ = 0;    ///< index of the first frame not wholly written
  std::uint32_t offset_ = 0;  ///< bytes of it that are
  std::size_t bytes_ = 0;
};

}  // namespace carillon::live
