#pragma once

#include "actors/sender.hpp"
#include "actors/supervisor.hpp"
#include "bin/channel_book.hpp"
#include "protocol/actors.hpp"

#include <caf/fwd.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace carillon {

/// The senders of a node by the names of their channels; used on one thread. A sender once started
/// stays: a channel that is switched off or removed is one that is disabled.
class channel_senders {
 public:
  /// What every sender gets, and who looks after them.
  struct surroundings {
    caf::actor_system& system;
    supervision& tree;
    supervisor_actor group;
    persistence_actor persistence;
    queries_actor queries;
    watchdog_actor watchdog;
    transport_ptr transport;
    wall_clock clock;
    std::shared_ptr<uuid_source> ids;
    deliveries_in_flight_ptr in_flight;
    metrics& counts;
  };

  explicit channel_senders(surroundings with) : with_(std::move(with)) {}

  /// Starts the sender of an enabled channel that has one. Throws where it cannot be made.
  void start(const booked_channel& what, channel_history history);

  /// Has the channel run with these settings from now on.
  result<void> apply(const booked_channel& what);

  /// Stops it from sending: it is configured no more.
  void retire(const std::string& name);

  /// Gives the order to the channel's sender; false where it has none.
  bool order(const std::string& name, channel_order what);

  /// How each stands that has a sender, by name; those that do not answer in time are left out.
  std::map<std::string, channel_standing> standings(steady_time deadline);

  /// Finishes the attempts in flight, and starts no new one; false when that took too long.
  bool drain(steady_time deadline);

 private:
  struct running {
    sender_actor sender{};
    channel_settings settings{};
    channel_ptr channel{};
  };

  channel_history history_of(const std::string& name);

  surroundings with_;
  std::map<std::string, running> all_;
};

}  // namespace carillon
