#pragma once

#include "adapters/http/server.hpp"
#include "adapters/live/shard.hpp"
#include "adapters/prometheus.hpp"
#include "bin/config/config.hpp"
#include "bin/engine.hpp"
#include "bin/signals.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
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
  /// when that is not possible.
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
  /// Asks the main thread for one; a node that stops refuses. From any thread.
  void ask_reload(answer<http::reload_report> reply);
  void answer_reloads();
  void refuse_reloads();

  /// Finishes what is in flight within `server.shutdown_seconds`, then ends everything.
  int shut_down();
  bool wait_until(steady_time deadline, const std::function<bool()>& reached);

  config how_;
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
  std::vector<answer<http::reload_report>> asked_;
};

/// What tells who a token speaks for. Throws where the configured key cannot be used.
std::shared_ptr<http::authenticator> make_authenticator(const config& how);

/// What tokens are signed with. Throws where the configured file cannot be read.
http::jwt_rules jwt_rules_of(const config& how);

/// What the server is told at the start and by each reload.
http::server_rules server_rules_of(const config& how);

}  // namespace carillon
