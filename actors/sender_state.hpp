#pragma once

#include "actors/held_deliveries.hpp"
#include "actors/resilient.hpp"
#include "protocol/actors.hpp"
#include "protocol/channel.hpp"
#include "protocol/metrics.hpp"
#include "protocol/rules/circuit.hpp"
#include "protocol/rules/rate.hpp"
#include "protocol/rules/settle.hpp"
#include "protocol/transport.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <vector>

namespace carillon {

/// What a sender is given, and what outlives its failures.
struct sender_post {
  persistence_actor persistence{};
  channel_settings settings{};
  channel_ptr channel{};
  transport_ptr transport{};
  wall_clock clock{};
  std::shared_ptr<uuid_source> ids{};
  metrics* counts{nullptr};

  std::optional<steady_time> last_use{};
  steady_time frozen_until{steady_time::min()};
  bool draining{false};
  /// Exchanges with the transport, those of earlier lives included; it counts them down itself.
  std::shared_ptr<std::atomic<int>> under_way{std::make_shared<std::atomic<int>>(0)};
};

/// One life of a sender. Whatever it is told, it remembers it and then does all that can be done
/// at that moment (`go_on`); at most one tick wakes it for what has to wait.
class sender_state {
 public:
  static constexpr const char* name = "sender";

  sender_state(resilient<sender_actor>& self, std::shared_ptr<sender_post> post);

  resilient<sender_actor>::behavior_type behavior();

 private:
  // -- what comes in --------------------------------------------------------------------------

  void take(const handover& x);
  void read(const exchange& x);
  void acknowledge(const settled& x);
  void stop(const drain& x);
  void woken();

  // -- sending --------------------------------------------------------------------------------

  void go_on();
  bool may_start(steady_time now);
  int in_flight() const;
  void start(held_delivery& x, steady_time now);
  /// A broken channel asks only for what can go to its backup; the rest waits in storage.
  bool wants_any() const;
  void ask(bool fresh);
  /// One tick at a time is under way, but where an earlier one is needed.
  void wake(steady_time at, steady_time now);

  // -- outcomes -------------------------------------------------------------------------------

  /// Decides what follows from an attempt and reports it.
  void settle(held_delivery& x, const rules::finished& attempt);
  void decide(held_delivery& x, rules::transition follows);
  /// What a provider's answer means for the deliveries behind this one.
  void heed(const outcome& how, const rules::transition& follows);
  /// Ends what can no longer be sent: its time is over, or the channel is broken and it has a
  /// backup.
  void bury();
  void tell(held_delivery& x);
  void tell_again(steady_time now);
  void count(const rules::transition& x);
  rules::circumstances circumstances();

  resilient<sender_actor>& self_;
  std::shared_ptr<sender_post> post_;
  /// No two lives in this process share one.
  std::uint64_t generation_;
  held_deliveries held_;
  rules::rate rate_;
  rules::circuit circuit_;
  std::mt19937_64 random_;
  /// The provider refused the credentials.
  bool broken_ = false;
  /// No outcome has to be told again before then.
  steady_time tell_at_ = steady_time::max();
  std::optional<steady_time> wake_at_;
  std::vector<std::shared_ptr<answer<bool>>> drained_;
};

}  // namespace carillon
