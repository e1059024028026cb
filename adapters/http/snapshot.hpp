#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace carillon::http {

/// An immutable value that is replaced whole while others read it. Safe from any thread.
template <class T>
class snapshot {
 public:
  using pointer = std::shared_ptr<const T>;

  explicit snapshot(pointer first) noexcept : now_(std::move(first)) {}

  pointer get() const {
    std::lock_guard lock{mutex_};
    return now_;
  }

  /// Returns the one before.
  pointer exchange(pointer next) {
    std::lock_guard lock{mutex_};
    return std::exchange(now_, std::move(next));
  }

 private:
  mutable std::mutex mutex_;
  pointer now_;
};

}  // namespace carillon::http
