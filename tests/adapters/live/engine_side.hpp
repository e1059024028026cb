#pragma once

// What a connection meets in the engine, played by small actors that tell the test what they got.

#include "adapters/live/services.hpp"
#include "adapters/live/shard.hpp"
#include "protocol/actors.hpp"
#include "tests/quiet_metrics.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>

namespace carillon::live {

/// A queue that a test waits on.
template <class T>
class arrivals {
 public:
  void put(T what) {
    std::lock_guard guard{mutex_};
    waiting_.push_back(std::move(what));
    arrived_.notify_one();
  }

  /// The next one; throws where none comes.
  T next() {
    std::unique_lock guard{mutex_};
    if (!arrived_.wait_for(guard, std::chrono::seconds(20), [&] { return !waiting_.empty(); }))
      throw std::runtime_error("nothing arrived");
    auto what = std::move(waiting_.front());
    waiting_.pop_front();
    return what;
  }

  bool empty() const {
    std::lock_guard guard{mutex_};
    return waiting_.empty();
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<T> waiting_;
};

/// Counts pushes and remembers the number of connections.
class tally_metrics final : public tests::quiet_metrics {
 public:
  void pushed(double) override { ++pushes; }
  void connections(std::int64_t now) override {
    live = now;
    changes.put(now);
  }

  std::atomic<int> pushes{0};
  std::atomic<std::int64_t> live{0};
  arrivals<std::int64_t> changes;  ///< of the number of connections
};

/// One shard with actors around it. Members end in the right order: actors before the shard.
struct engine_side {
  tally_metrics counts;
  std::atomic<std::int64_t> wall_millis{1'800'000'000'000};
  live::shard shard{counts};
  caf::actor_system_config config;
  caf::actor_system system{config};

  arrivals<connection_ptr> attached;
  arrivals<std::uint64_t> detached;
  arrivals<client_command_ptr> commands;
  arrivals<std::uint64_t> drained;
  std::shared_ptr<census> everybody = std::make_shared<census>(100, counts);
  std::shared_ptr<backlog> queues = std::make_shared<backlog>();
  session_actor session;
  live_services_ptr services;

  explicit engine_side(seconds heartbeat = seconds{25}, result<inbox_state> state = inbox_state{});
  ~engine_side();

  timestamp now() const { return from_millis(wall_millis); }

  /// The next connection, started.
  connection_ptr enter();

  /// Runs `fn` on the shard's thread and waits until all that was put by then is drained.
  void on_shard(const std::function<void()>& fn = [] {});
};

/// A push of that seq and title.
push_ptr make_push(std::int64_t seq, std::string title = "t", std::function<void()> released = {});

}  // namespace carillon::live
