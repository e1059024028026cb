#pragma once

#include "adapters/http/server.hpp"
#include "adapters/live/backlog.hpp"
#include "adapters/live/shard.hpp"
#include "adapters/prometheus.hpp"
#include "protocol/actors.hpp"
#include "protocol/door.hpp"
#include "protocol/store_health.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace carillon::http {

/// A real server on loopback. Behind it small actors stand in for the engine: they answer at once
/// with what a test can foresee, and keep what they were asked.
class engine {
 public:
  struct setup {
    server_options options{};
    door::bounds small{};
    door::bounds large{2, 128 << 20};
    std::optional<jwt_rules> jwt{};
    result<reload_report> reload{reload_report{}};
    bool presence_visible_to_all{false};
  };

  engine() : engine(setup{}) {}
  explicit engine(setup how);
  ~engine();

  std::uint16_t port() const { return serving_->port(); }
  server& serving() { return *serving_; }

  /// A token for that user, valid for an hour.
  std::string token(const std::string& user, const std::vector<std::string>& scopes = {}) const;

  static constexpr std::string_view secret = "a secret of the tests";
  static constexpr std::string_view service = "token-of-the-shop";
  timestamp now() const { return from_millis(1'790'000'000'000); }

  prometheus_metrics counts;
  std::shared_ptr<store_health> storage = std::make_shared<store_health>();
  std::shared_ptr<std::atomic<bool>> draining = std::make_shared<std::atomic<bool>>(false);
  door_ptr small_door;
  door_ptr large_door;
  std::function<std::string()> scrape = [this] { return counts.scrape(); };

  /// While set, postings are kept unanswered.
  std::atomic<bool> hold{false};
  std::vector<posting_ptr> take_held();

  /// The last of each that came, for the test to look at once it has its answer.
  std::optional<event_draft> last_event{};
  /// Of an event, told or rehearsed.
  std::optional<once<accepted>> last_once{};
  std::optional<notification_draft> last_draft{};
  std::optional<marking> last_marking{};
  std::optional<list_inbox> last_list{};
  std::optional<list_deliveries> last_deliveries{};
  std::optional<read_stats> last_stats{};

 private:
  void post(const posting_ptr& what);
  void post(const happening_ptr& what);
  void apply(unit& what);
  void ask(query& what);
  services wiring(const setup& how);

  live::shard shard_{counts};
  caf::actor_system_config config_;
  caf::actor_system system_{config_};
  ingress_actor ingress_;
  persistence_actor persistence_;
  queries_actor queries_;
  presence_actor presence_;
  std::mutex mutex_;
  std::vector<posting_ptr> held_;
  uuid_source ids_;
  std::int64_t seq_ = 0;
  std::map<std::string, stored_answer> first_answers_;
  std::unique_ptr<server> serving_;
};

}  // namespace carillon::http
