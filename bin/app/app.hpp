#pragma once

#include "adapters/http/server.hpp"
#include "adapters/live/shard.hpp"
#include "adapters/prometheus.hpp"
#include "bin/app/signals.hpp"
#include "bin/channel_book.hpp"
#include "bin/config/config.hpp"
#include "bin/config/runtime.hpp"
#include "bin/engine.hpp"

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace carillon {

/// The running program: what there is stands in the order of its start, and stops the other way
/// round.
class app {
 public:
  /// Reads the configuration again on a reload.
  using configure = std::function<result<config>()>;

  app(config how, configure again);
  ~app();
  app(const app&) = delete;
  app& operator=(const app&) = delete;

  /// Starts everything; requests are taken when it returns. Throws with a sentence for the operator
  /// when that is not possible: `invalid_configuration` where the configuration is at fault.
  void start();

  /// The port it listens on.
  std::uint16_t port() const { return server_->port(); }

  /// Works until a signal or a fault ends it; the process's exit code.
  int run();

 private:
  void start_shards();
  void start_server();
  void has_ended(const std::string& why);
  /// Closes every live connection, wherever it stands.
  void close_live(close_code code, const std::string& why);

  /// Applies a changed configuration, all or nothing, and says in the log what came of it.
  result<http::reload_report> reload();
  result<http::reload_report> take_over();

  /// What others ask of the main thread.
  using errand = std::variant<answer<http::reload_report>, http::settings_request>;
  /// Queues it; a node that stops refuses. From any thread.
  void ask(errand what);
  void run_errands();
  void refuse_errands();
  std::vector<errand> take_errands();

  void load_stored();
  void load_routes();
  result<stored_answer> show_routes();
  result<stored_answer> put_routes(const http::settings_request& asked);
  /// Has every part work with the configuration that holds now.
  void adopt();
  void publish();

  void serve_settings(http::settings_request& asked);
  /// Stores a change with its line of the audit log, and waits for that.
  result<void> commit(const http::settings_request& asked,
                      std::variant<administration, route_change> what, audit_entry line);
  result<stored_answer> put_settings(const http::settings_request& asked);

  std::map<std::string, channel_standing> standings();
  result<stored_answer> list_channels();
  result<stored_answer> show_channel(const std::string& name, int status = 200);
  result<stored_answer> put_channel(const http::settings_request& asked);
  result<stored_answer> delete_channel(const http::settings_request& asked);
  result<stored_answer> hold_channel(const http::settings_request& asked, bool pause);
  void test_channel(http::settings_request& asked);
  /// Has the channels that changed run as the book says now.
  void take_channels(const channel_book& before, const std::vector<std::string>& changed);
  /// Has the channel run as it is now.
  result<void> take_channel(booked_channel what);
  void publish_channels();
  /// What names the channel, so that it cannot go; empty for nothing.
  std::string use_of(const std::string& name) const;

  /// Finishes what is in flight within `server.shutdown_seconds`, then ends everything.
  int shut_down();
  bool wait_until(steady_time deadline, const std::function<bool()>& reached);

  /// What holds: the file's, with what the API says over it.
  config how_;
  /// What the file says, with environment and flags.
  config file_;
  configuration::setting_overrides keys_;
  /// The API's.
  std::vector<route> own_routes_;
  std::optional<channel_book> book_;
  configure again_;
  signals signals_;
  std::atomic<bool> ended_{false};
  std::atomic<bool> broken_{false};
  prometheus_metrics counts_;
  std::shared_ptr<std::atomic<bool>> draining_ = std::make_shared<std::atomic<bool>>(false);
  door_ptr small_door_;
  door_ptr large_door_;
  std::shared_ptr<live::census> census_;
  std::shared_ptr<http::authenticator> tokens_;
  std::vector<std::unique_ptr<live::shard>> shards_;
  std::optional<engine> engine_;
  std::optional<http::server> server_;
  std::mutex asked_mutex_;
  std::vector<errand> asked_;
};

/// What tells who a token speaks for. Throws where the configured key cannot be used.
std::shared_ptr<http::authenticator> make_authenticator(const config& how);

/// What tokens are signed with. Throws where the configured file cannot be read.
http::jwt_rules jwt_rules_of(const config& how);

/// What the server is told at the start and by each reload.
http::server_rules server_rules_of(const config& how);

}  // namespace carillon
