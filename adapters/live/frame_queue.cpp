#include "adapters/live/frame_queue.hpp"

#include <algorithm>
#include <utility>

namespace carillon::live {
namespace {

/// An empty queue keeps room for so many frames, enough for the usual push of a few.
constexpr std::size_t kept_frames = 4;

}  // namespace

void frame_queue::add(frame_ptr frame) {
  bytes_ += frame->size();
  frames_.push_back(std::move(frame));
}

std::span<const iovec> frame_queue::gather(std::span<iovec> into) const {
  const auto n = std::min(into.size(), size());
  for (std::size_t i = 0; i < n; ++i) {
    const auto& frame = *frames_[head_ + i];
    const std::size_t skip = i == 0 ? offset_ : 0;
    // writev takes its buffers as mutable and leaves them alone.
    into[i] = {const_cast<char*>(frame.data()) + skip, frame.size() - skip};
  }
  return into.first(n);
}

void frame_queue::written(std::size_t bytes) {
  bytes_ -= bytes;
  while (bytes > 0) {
    const auto rest = frames_[head_]->size() - offset_;
    if (bytes < rest) {
      offset_ += static_cast<std::uint32_t>(bytes);
      break;
    }
    bytes -= rest;
    offset_ = 0;
    frames_[head_++].reset();
  }
  tidy();
}

void frame_queue::drop_unstarted(std::size_t pinned) {
  auto keep = static_cast<std::size_t>(head_);
  std::size_t kept_bytes = 0;
  while (keep < frames_.size() && (kept_bytes < pinned || (keep == head_ && offset_ > 0))) {
    kept_bytes += frames_[keep]->size() - (keep == head_ ? offset_ : 0);
    ++keep;
  }
  frames_.resize(keep);
  bytes_ = kept_bytes;
  tidy();
}

void frame_queue::tidy() {
  if (!empty()) {
    if (head_ * 2 < frames_.size())
      return;
    frames_.erase(frames_.begin(), frames_.begin() + head_);
  } else if (frames_.capacity() > kept_frames) {
    std::vector<frame_ptr>{}.swap(frames_);
  } else {
    frames_.clear();
  }
  head_ = 0;
}

}  // namespace carillon::live
