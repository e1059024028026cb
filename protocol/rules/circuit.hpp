#pragma once

#include "protocol/delivery.hpp"
#include "protocol/time.hpp"

namespace carillon::rules {

/// Stops sending to a provider that is away: after 10 transient failures in a row the circuit is
/// open, and one attempt every 15 s probes it. Any other answer closes it.
class circuit {
 public:
  static constexpr int failures_to_open = 10;
  static constexpr seconds cooldown{15};

  bool open() const noexcept { return failures_ >= failures_to_open; }

  /// When the next attempt may start; the past while closed.
  steady_time ready_at() const noexcept { return open() ? probe_at_ : steady_time::min(); }

  /// An attempt starts; in an open circuit it is the probe, and the next one has to wait.
  void started(steady_time now) noexcept {
    if (open())
      probe_at_ = now + cooldown;
  }

  /// How an attempt ended.
  void ended(error_class how, steady_time now) noexcept {
    if (how != error_class::transient) {
      failures_ = 0;
    } else if (!open() && ++failures_ == failures_to_open) {
      probe_at_ = now + cooldown;
    }
  }

 private:
  int failures_ = 0;
  steady_time probe_at_{};
};

}  // namespace carillon::rules
