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

  /// Adds so many frames, one after the other in `bytes`.
  void add(frame_ptr bytes, std::uint32_t frames = 1);

  /// Adds all that waits in another queue, of which nothing may have been written.
  void append(frame_queue&& other);

  /// Fills `into` with what is to be written next; returns the part filled.
  std::span<const iovec> gather(std::span<iovec> into) const;

  /// That many bytes have been written.
  void written(std::size_t bytes);

  /// Drops everything but what was added with a frame that is partly written, or that `pinned`
  /// bytes to be written reach into.
  void drop_unstarted(std::size_t pinned);

  bool empty() const noexcept { return head_ == parts_.size(); }
  /// Frames not wholly written, as they were added.
  std::size_t size() const noexcept { return frames_; }
  /// Bytes not written yet.
  std::size_t bytes() const noexcept { return bytes_; }

 private:
  struct part {
    frame_ptr bytes;
    std::uint32_t frames;
  };

  void tidy();

  std::vector<part> parts_;
  std::uint32_t frames_ = 0;
  std::uint32_t head_ = 0;    ///< index of the first part not wholly written
  std::uint32_t offset_ = 0;  ///< bytes of it that are
  std::size_t bytes_ = 0;
};

}  // namespace carillon::live
