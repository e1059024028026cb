#pragma once

#include "adapters/http/authenticator.hpp"
#include "adapters/live/services.hpp"
#include "adapters/socketio/services.hpp"
#include "adapters/sources/webhook.hpp"
#include "protocol/actors.hpp"
#include "protocol/answer.hpp"
#include "protocol/door.hpp"
#include "protocol/metrics.hpp"
#include "protocol/store_health.hpp"
#include "protocol/template_shelf.hpp"
#include "protocol/time.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace carillon::http {

/// What reading the configuration again came to.
struct reload_report {
  /// The keys that hold now with another value.
  std::vector<std::string> changed{};
  /// Those that will at the next start.
  std::vector<std::string> needs_restart{};
};

/// What an operator asks of the running node's own settings.
struct settings_request {
  enum class verb : std::uint8_t {
    list_channels,
    get_channel,
    put_channel,
    delete_channel,
    test_channel,
    pause_channel,
    resume_channel,
    get_settings,
    put_settings,
    get_routes,
    put_routes,
  };

  verb what{verb::list_channels};
  std::string channel{};
  std::string body{};
  /// Who asks, for the audit log.
  std::string subject{};
  timestamp now{};
  steady_time arrived{};
  std::shared_ptr<void> ticket{};
  answer<stored_answer> reply{};
};

/// What the HTTP side needs from the rest of the engine; one for the process.
struct services {
  ingress_actor ingress;
  persistence_actor persistence;
  queries_actor queries;
  presence_actor presence;
  /// Admission for bodies up to `server_options::max_body_bytes`, and for larger ones.
  door_ptr small_door;
  door_ptr large_door;
  authenticator_ptr tokens;
  metrics* count{nullptr};
  /// The text of `/metrics`.
  std::function<std::string()> scrape;
  std::shared_ptr<const store_health> storage;
  /// True once the node stops: `/readyz` says so.
  std::shared_ptr<const std::atomic<bool>> draining;
  wall_clock now;
  live::live_services_ptr live;
  socketio::services_ptr socketio;
  /// Applies a changed configuration, all or nothing; `invalid` says why not.
  std::function<void(answer<reload_report>)> reload;
  template_shelf_ptr templates;
  /// What is configured now.
  std::function<catalog_ptr()> catalog;
  /// Shows or changes the running node's settings; what changed holds when it is answered.
  std::function<void(settings_request)> settings;
  /// Webhooks of others that become events, by name.
  carillon::sources::webhooks sources{};
  /// Everybody may see who is online, not only operators.
  bool presence_visible_to_all{false};
  /// This node's name, as `admin/sessions` shows it.
  std::string node{"local"};
};

}  // namespace carillon::http
