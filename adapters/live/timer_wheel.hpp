#pragma once

#include "protocol/time.hpp"

#include <boost/intrusive/list.hpp>

#include <array>
#include <cstdint>

namespace carillon::live {

/// Many coarse timers for one thread: arming and cancelling are O(1) and allocate nothing. A timer
/// fires between its time and 200 ms after it, never before.
class timer_wheel {
  using hook =
    boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

 public:
  static constexpr milliseconds resolution{100};

  /// One timer, owned by whoever waits; its destruction cancels it.
  class timer : public hook {
   public:
    /// Calls `fire(owner)` when its time has come; the call may destroy the timer.
    timer(void (*fire)(void* owner), void* owner) noexcept : fire_(fire), owner_(owner) {}
    timer(const timer&) = delete;
    timer& operator=(const timer&) = delete;

    bool armed() const noexcept { return is_linked(); }
    void cancel() noexcept { unlink(); }

   private:
    friend class timer_wheel;
    std::uint64_t due_ = 0;
    void (*fire_)(void*);
    void* owner_;
  };

  explicit timer_wheel(steady_time now) noexcept : start_(now) {}

  /// Arms it, or moves it where it is armed already.
  void arm(timer& what, milliseconds after) noexcept;

  /// Fires everything due by `now`. A timer that is armed meanwhile waits for a later call.
  void advance(steady_time now);

 private:
  using slot = boost::intrusive::list<timer, boost::intrusive::constant_time_size<false>>;
  static constexpr std::size_t slot_count = 512;

  void turn();

  steady_time start_;
  std::uint64_t tick_ = 0;
  std::array<slot, slot_count> slots_;
};

}  // namespace carillon::live
