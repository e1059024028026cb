#pragma once

#include "actors/batch_run.hpp"
#include "actors/directory.hpp"
#include "actors/resilient.hpp"
#include "protocol/store_health.hpp"

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace carillon {

/// What outlives a life of persistence: the open store above all, since its connection holds the
/// node's name.
struct kept_by_persistence {
  std::unique_ptr<storage::repository> store{};
  std::shared_ptr<const directory> known{};
  wall_clock clock{};
  std::shared_ptr<store_health> health{};
  metrics* gauges{nullptr};
  std::int64_t last_batch{0};
  /// By channel; a new life asks them to repeat their wishes.
  std::map<std::string, sender_actor> senders{};
};

/// One life of persistence. What arrives only waits, until a tick that the first of them sent comes
/// up behind all that was queued by then: what waits then is one batch.
class persistence_state {
 public:
  static constexpr const char* name = "persistence";
  using self_type = resilient<persistence_actor>;

  persistence_state(self_type& self, std::shared_ptr<kept_by_persistence> kept);
  self_type::behavior_type behavior();

 private:
  enum class ticking : std::uint32_t { flush, retry, heartbeat };

  void take(const unit_ptr& x);
  void take(const want_ptr& x);
  void flush_soon();
  void flush();
  batch next_batch();
  /// Something arrived that no batch has taken yet.
  bool work_waits() const;

  /// Tries the batch in work; it stays there while the store fails.
  void attempt();
  void finish();
  void hand_over(storage::effects& what);
  /// What the inbox shows from now on is what the channel `system` delivers.
  void count_shown(const std::vector<notification_ptr>& visible);
  void hand_to_senders(const std::vector<delivery_ptr>& claimed);
  void withdraw_from_senders(const std::vector<delivery_ptr>& cancelled);
  void tell_failovers(const std::vector<delivery_ptr>& outcomes);
  void survey();

  void store_fails(const storage::store_failure& e);
  void store_is_back();
  void fenced_off(const std::string& why);
  void refuse_waiting(const std::string& why);

  /// Lets go of the store, whose connection holds the node's name.
  void close();
  void end(const caf::error& reason);

  self_type& self_;
  std::shared_ptr<kept_by_persistence> kept_;
  rules::wish_book wishes_;

  std::deque<unit_ptr> waiting_;
  std::map<std::string, want_ptr> wants_;
  std::map<std::string, want_ptr> rescues_;
  std::set<timer_key> due_;
  /// The wish each sender is served by.
  std::map<std::string, want_ptr> standing_;
  bool heartbeat_due_ = false;
  bool survey_due_ = false;
  bool flush_sent_ = false;

  std::optional<batch_run> run_;
  steady_time begun_{};
  /// Since when the store takes nothing.
  std::optional<steady_time> failing_since_;
  milliseconds backoff_{0};
  /// It is away for long: nothing waits for it any more.
  bool away_ = false;
  std::vector<close_store> closing_;
};

}  // namespace carillon
