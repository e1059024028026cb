#pragma once

#include "adapters/live/backlog.hpp"
#include "protocol/actors.hpp"
#include "protocol/metrics.hpp"
#include "protocol/time.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

namespace carillon::live {

/// The number of live connections of the process, and its bound.
class census {
 public:
  /// One live connection; gives its place back when destroyed.
  class place {
   public:
    place() = default;
    explicit place(std::shared_ptr<census> in) noexcept : in_(std::move(in)) {}
    place(place&&) noexcept = default;
    place& operator=(place&& other) noexcept {
      std::swap(in_, other.in_);
      return *this;
    }
    ~place() {
      if (in_)
        in_->leave();
    }
    explicit operator bool() const noexcept { return in_ != nullptr; }

   private:
    std::shared_ptr<census> in_;
  };

  census(std::int64_t bound, metrics& count) : bound_(bound), count_(count) {}

  /// A place in `all`, or an empty one when every one is taken. Any thread.
  static place enter(const std::shared_ptr<census>& all);

  std::int64_t now() const;
  bool full() const { return now() >= bound_; }

 private:
  void leave();

  const std::int64_t bound_;
  metrics& count_;
  mutable std::mutex mutex_;  // so that the gauge never shows an older number last
  std::int64_t now_ = 0;
};

/// What live connections need from the rest of the engine; one for the process, kept alive by
/// every connection.
struct live_services {
  presence_actor presence;
  queries_actor queries;
  wall_clock now;
  /// Between the server's pings; a peer silent for two of them is gone.
  seconds heartbeat{25};
  std::shared_ptr<census> connections;
  std::shared_ptr<backlog> queues;
};

using live_services_ptr = std::shared_ptr<const live_services>;

}  // namespace carillon::live
