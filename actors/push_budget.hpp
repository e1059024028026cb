#pragma once

#include "protocol/push.hpp"
#include "protocol/rules/seq_row.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace carillon {

/// What live pushes weigh until the last queue has taken them: their receivers and their bytes.
/// One thread launches, any may be the last to let go.
class push_budget : public std::enable_shared_from_this<push_budget> {
 public:
  /// `tell` is called, by any thread, once half of both bounds is free after `has_room` said no.
  push_budget(std::int64_t max_receivers, std::int64_t max_bytes, std::function<void()> tell);

  /// Whether one more may be launched.
  bool has_room();

  /// A push of these rows, for so many connections, that weighs until it dies.
  push_ptr launch(std::vector<rules::seq_row> rows, std::int64_t receivers);

 private:
  bool half_free() const noexcept;
  void give_back(std::int64_t receivers, std::int64_t bytes);

  const std::int64_t max_receivers_;
  const std::int64_t max_bytes_;
  const std::function<void()> tell_;
  std::atomic<std::int64_t> receivers_{0};
  std::atomic<std::int64_t> bytes_{0};
  std::atomic<bool> awaited_{false};
};

}  // namespace carillon
