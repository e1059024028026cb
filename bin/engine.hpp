#pragma once

#include "actors/directory.hpp"
#include "actors/supervisor.hpp"
#include "bin/channel_book.hpp"
#include "bin/config/config.hpp"
#include "bin/senders.hpp"
#include "protocol/actors.hpp"
#include "protocol/channel.hpp"
#include "protocol/id.hpp"
#include "protocol/metrics.hpp"
#include "protocol/store_health.hpp"
#include "protocol/template_shelf.hpp"
#include "protocol/transport.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace carillon {

/// What the actors need from around them; all of it outlives them.
struct surroundings {
  metrics& counts;
  transport_ptr outbound;
  wall_clock clock;
  /// Presence started again: live connections are to be closed with 1012.
  std::function<void()> presence_restarted;
  /// Everything has ended; the reason is empty after an ordered stop.
  std::function<void(const std::string& why)> ended;
};

/// The actors of a node, from the open store upwards. Throws when the store cannot be opened.
class engine {
 public:
  engine(const config& how, const channel_book& channels, surroundings with);

  const ingress_actor& ingress() const noexcept { return ingress_; }
  const persistence_actor& persistence() const noexcept { return persistence_; }
  const queries_actor& queries() const noexcept { return queries_; }
  const presence_actor& presence() const noexcept { return known_->presence; }
  std::shared_ptr<const store_health> health() const noexcept { return health_; }
  const template_shelf_ptr& templates() const noexcept { return templates_; }

  channel_senders& senders() noexcept { return *senders_; }

  /// What is configured now; from any thread.
  catalog_ptr current() const { return catalog_; }

  /// Plans with this from the next message on.
  void use(catalog_ptr what);

  /// Finishes the attempts in flight, and starts no new one; false when that took too long.
  bool drain_senders(steady_time deadline);

  /// Closes every live connection with that code.
  bool close_connections(std::uint16_t code, steady_time deadline);

  /// Commits what waits and gives up the node's name.
  bool close_store(steady_time deadline);

  /// Orders every actor to end; `surroundings::ended` tells when they have.
  void stop();

 private:
  struct system_config : caf::actor_system_config {
    system_config();
  };

  system_config system_config_;
  caf::actor_system system_;
  supervision tree_;
  std::shared_ptr<directory> known_;
  std::shared_ptr<store_health> health_;
  std::shared_ptr<uuid_source> ids_;
  template_shelf_ptr templates_;
  std::atomic<catalog_ptr> catalog_;
  persistence_actor persistence_;
  queries_actor queries_;
  ingress_actor ingress_;
  std::optional<channel_senders> senders_;
};

}  // namespace carillon
