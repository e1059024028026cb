#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace carillon {

/// Admission: how much may be in work at once between the sockets and the answers. Taken on the
/// I/O thread before anything is sent, given back when the last holder of a ticket lets go.
class door : public std::enable_shared_from_this<door> {
 public:
  struct bounds {
    std::int64_t units{10'000};
    std::int64_t bytes{64 << 20};
  };

  /// A place inside; may take more bytes as a body arrives.
  class ticket {
   public:
    explicit ticket(std::shared_ptr<door> owner) : owner_(std::move(owner)) {}
    ~ticket();
    ticket(const ticket&) = delete;
    ticket& operator=(const ticket&) = delete;

    /// Takes that many bytes more; false, and nothing taken, past the bound.
    bool take(std::size_t bytes);

   private:
    std::shared_ptr<door> owner_;
    std::int64_t bytes_ = 0;
  };

  explicit door(bounds limit) : limit_(limit) {}

  /// A place, or null when every one is taken.
  std::shared_ptr<ticket> enter(std::size_t bytes);

  std::int64_t units() const noexcept { return units_.load(std::memory_order_relaxed); }
  std::int64_t bytes() const noexcept { return bytes_.load(std::memory_order_relaxed); }

 private:
  const bounds limit_;
  std::atomic<std::int64_t> units_{0};
  std::atomic<std::int64_t> bytes_{0};
};

using door_ptr = std::shared_ptr<door>;

}  // namespace carillon
