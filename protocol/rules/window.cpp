#include "protocol/rules/window.hpp"

namespace carillon::rules {

void window::took(priority lane) {
  const auto i = static_cast<std::size_t>(lane);
  ++held_[i];
  if (asked_[i] > 0)
    --asked_[i];
}

void window::freed(priority lane) {
  const auto i = static_cast<std::size_t>(lane);
  if (held_[i] > 0)
    --held_[i];
}

bool window::wants_more() const {
  for (std::size_t i = 0; i < lane_count; ++i)
    if (held_[i] + asked_[i] + (size_ + 1) / 2 <= size_)
      return true;
  return false;
}

window::counts window::ask() {
  for (std::size_t i = 0; i < lane_count; ++i)
    asked_[i] = held_[i] < size_ ? size_ - held_[i] : 0;
  return asked_;
}

}  // namespace carillon::rules
