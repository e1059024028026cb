#pragma once

#include "adapters/live/outbox.hpp"
#include "adapters/live/timer_wheel.hpp"
#include "protocol/connection.hpp"
#include "protocol/time.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <utility>

namespace carillon {
class metrics;
}

namespace carillon::live {

/// One I/O thread with everything its sockets need: an event loop, a timer wheel, a read buffer
/// and an outbox. A socket stays on its shard for life, so nothing of it needs a lock or a strand.
/// Shards outlive the actor system, whose sessions hold connections.
class shard {
 public:
  /// A socket's place on a shard; gives it back when destroyed.
  class seat {
   public:
    seat() = default;
    explicit seat(shard& on) noexcept : on_(&on) { ++on_->sockets_; }
    seat(seat&& other) noexcept : on_(std::exchange(other.on_, nullptr)) {}
    seat& operator=(seat&& other) noexcept {
      std::swap(on_, other.on_);
      return *this;
    }
    ~seat() {
      if (on_ != nullptr)
        --on_->sockets_;
    }

   private:
    shard* on_ = nullptr;
  };

  explicit shard(metrics& count);
  /// Stops and joins.
  ~shard();
  shard(const shard&) = delete;
  shard& operator=(const shard&) = delete;

  /// Starts the thread.
  void start();
  /// Ends the loop once the handler in work returns; sockets still open are closed by the
  /// destructor. Any thread.
  void stop();
  /// Waits for the thread's end.
  void join();

  boost::asio::io_context& context() noexcept { return context_; }

  /// Runs `fn()` on the shard's thread. Any thread.
  template <class Function>
  void post(Function&& fn) {
    boost::asio::post(context_, std::forward<Function>(fn));
  }

  /// Takes a seat here; the listener gives each socket to the shard with the fewest. Any thread.
  seat take_seat() noexcept { return seat{*this}; }
  /// Sockets seated here. Any thread.
  std::int64_t sockets() const noexcept { return sockets_.load(std::memory_order_relaxed); }

  /// Queues for a connection of this shard; what waits together is written together. Any thread.
  void put(outlet_ptr to, push_ptr what);
  void put(outlet_ptr to, order what);

  /// Closes every live connection of this shard with that code; none is refused later. Any thread.
  void close_live(close_code code, std::string reason);

  /// Closes those connections with 4401 whose key or token was withdrawn; what comes later is
  /// closed by `enroll`. Any thread.
  void close_withdrawn();

  // -- for the shard's thread only ------------------------------------------------------------

  /// Keeps a connection alive, and within reach of `close_live`, until it is dismissed.
  void enroll(outlet_ptr member);
  /// Lets go of it; the call may destroy it.
  void dismiss(outlet& member);

  timer_wheel& timers() noexcept { return timers_; }

  /// Steady time, for durations.
  steady_time now() const noexcept { return std::chrono::steady_clock::now(); }

  /// A buffer for what one read brings, shared by all sockets here: its content is worth nothing
  /// once the handler returns.
  std::span<char> scratch() noexcept { return {scratch_.get(), scratch_size}; }

  static constexpr std::size_t scratch_size = 64 << 10;

 private:
  using members = boost::intrusive::list<outlet>;

  void run();
  void tick();
  void serve_outbox();

  metrics& count_;
  std::atomic<std::int64_t> sockets_{0};
  // These before the context, whose destructor drops handlers that own connections.
  std::unique_ptr<char[]> scratch_;
  timer_wheel timers_;
  members members_;
  boost::asio::io_context context_{1};
  outbox outbox_;
  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work_;
  boost::asio::steady_timer ticker_;
  std::thread thread_;
};

}  // namespace carillon::live
