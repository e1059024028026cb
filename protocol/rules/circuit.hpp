#pragma once

#include "protocol/delivery.hpp"
#include "protocol/time.hpp"

namespace carillon::rules {

/// Stops sending to a provider that is away: after so many transient failures in a row the circuit
/// is open, and one attempt every cooldown probes it. Any other answer closes it.
class circuit {
 public:
  /// Less than one failure never opens it.
  circuit(int failures, milliseconds cooldown) : to_open_(failures), cooldown_(cooldown) {}

  bool open() const noexcept { return to_open_ > 0 && failures_ >= to_open_; }

  /// When the next attempt may start; the past while closed.
  steady_time ready_at() const noexcept { return open() ? probe_at_ : steady_time::min(); }

  /// An attempt starts; in an open circuit it is the probe, and the next one has to wait.
  void started(steady_time now) noexcept {
    if (open())
      probe_at_ = now + cooldown_;
  }

  /// How an attempt ended.
  void ended(error_class how, steady_time now) noexcept {
    if (how != error_class::transient) {
      failures_ = 0;
    } else if (!open() && ++failures_ == to_open_) {
      probe_at_ = now + cooldown_;
    }
  }

 private:
  int to_open_;
  milliseconds cooldown_;
  int failures_ = 0;
  steady_time probe_at_{};
};

}  // namespace carillon::rules
