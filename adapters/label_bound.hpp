#pragma once

#include "adapters/labelled.hpp"

#include <cstddef>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_set>

namespace carillon {

/// Keeps what producers choose from growing a family without end: the first `most` values are told
/// apart, all later ones are `other`. Safe from any thread.
class label_bound {
 public:
  explicit label_bound(std::size_t most) : most_(most) {}

  /// The label value to count under.
  std::string_view admit(std::string_view value) {
    {
      std::shared_lock lock{mutex_};
      if (seen_.contains(value))
        return value;
      if (seen_.size() >= most_)
        return "other";
    }
    std::unique_lock lock{mutex_};
    if (seen_.size() < most_)
      seen_.emplace(value);
    return seen_.contains(value) ? value : "other";
  }

 private:
  std::size_t most_;
  std::shared_mutex mutex_;
  std::unordered_set<std::string, text_hash, std::equal_to<>> seen_;
};

}  // namespace carillon
