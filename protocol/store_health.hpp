#pragma once

#include "protocol/time.hpp"

#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace carillon {

/// Whether the store takes writes, as persistence last saw it and `/readyz` tells it. Safe from any
/// thread.
class store_health {
 public:
  struct trouble {
    std::string reason{};
    timestamp since{};
  };

  /// Writes go through.
  void well() {
    std::lock_guard lock{mutex_};
    trouble_.reset();
  }

  /// Writes fail; the time of the first of several reports in a row stays.
  void ill(std::string reason, timestamp now) {
    std::lock_guard lock{mutex_};
    if (!trouble_)
      trouble_ = trouble{{}, now};
    trouble_->reason = std::move(reason);
  }

  /// What is wrong, and nothing when all is well.
  std::optional<trouble> state() const {
    std::lock_guard lock{mutex_};
    return trouble_;
  }

 private:
  mutable std::mutex mutex_;
  std::optional<trouble> trouble_;
};

}  // namespace carillon
