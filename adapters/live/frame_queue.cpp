#include "adapters/live/frame_queue.hpp"

#include <algorithm>
#include <utility>

namespace carillon::live {
namespace {

/// An empty queue keeps room for so many parts, enough for the usual push of a few.
constexpr std::size_t kept_parts = 4;

}  // namespace

void frame_queue::add(frame_ptr bytes, std::uint32_t frames) {
  bytes_ += bytes->size();
  frames_ += frames;
  parts_.push_back({std::move(bytes), frames});
}

void frame_queue::append(frame_queue&& other) {
  for (auto& each : other.parts_)
    add(std::move(each.bytes), each.frames);
  other = {};
}

std::span<const iovec> frame_queue::gather(std::span<iovec> into) const {
  const auto n = std::min(into.size(), parts_.size() - head_);
  for (std::size_t i = 0; i < n; ++i) {
    const auto& bytes = *parts_[head_ + i].bytes;
    const std::size_t skip = i == 0 ? offset_ : 0;
    // writev takes its buffers as mutable and leaves them alone.
    into[i] = {const_cast<char*>(bytes.data()) + skip, bytes.size() - skip};
  }
  return into.first(n);
}

void frame_queue::written(std::size_t bytes) {
  bytes_ -= bytes;
  while (bytes > 0) {
    const auto rest = parts_[head_].bytes->size() - offset_;
    if (bytes < rest) {
      offset_ += static_cast<std::uint32_t>(bytes);
      break;
    }
    bytes -= rest;
    offset_ = 0;
    frames_ -= parts_[head_].frames;
    parts_[head_++].bytes.reset();
  }
  tidy();
}

void frame_queue::drop_unstarted(std::size_t pinned) {
  auto keep = static_cast<std::size_t>(head_);
  bytes_ = 0;
  frames_ = 0;
  while (keep < parts_.size() && (bytes_ < pinned || (keep == head_ && offset_ > 0))) {
    bytes_ += parts_[keep].bytes->size() - (keep == head_ ? offset_ : 0);
    frames_ += parts_[keep].frames;
    ++keep;
  }
  parts_.resize(keep);
  tidy();
}

void frame_queue::tidy() {
  if (!empty()) {
    if (head_ * 2 < parts_.size())
      return;
    parts_.erase(parts_.begin(), parts_.begin() + head_);
  } else if (parts_.capacity() > kept_parts) {
    std::vector<part>{}.swap(parts_);
  } else {
    parts_.clear();
  }
  head_ = 0;
}

}  // namespace carillon::live
