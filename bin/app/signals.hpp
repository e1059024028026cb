#pragma once

#include <chrono>
#include <optional>

namespace carillon {

/// The process's signals, taken by one thread in order. Make it before any other thread starts:
/// they inherit that the signals are held back.
class signals {
 public:
  enum class event {
    stop,    ///< SIGTERM, SIGINT
    reload,  ///< SIGHUP
    woken,   ///< `wake` was called
  };

  signals();

  /// Waits for the next one.
  event next();

  /// The same for a while; nothing when the time is over.
  std::optional<event> next_within(std::chrono::milliseconds wait);

  /// Ends a `next`. From any thread.
  static void wake();
};

}  // namespace carillon
