#pragma once

#include "protocol/actors.hpp"
#include "protocol/metrics.hpp"

#include <caf/fwd.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>

namespace carillon {

/// Who is told that a user came or went.
enum class presence_news : std::uint8_t {
  to_subscribers,
  /// Every connection that can be told more than notifications, without asking.
  to_all,
  to_nobody,
};

struct presence_options {
  /// A user's connections past this many are closed with 4429.
  std::size_t max_connections_per_user{20};
  /// Live pushes in flight weigh their receivers and their bytes; past either bound presence goes
  /// on from storage once half of it is free again.
  std::int64_t max_receivers{200'000};
  std::int64_t max_bytes{64 << 20};
  /// Everybody may subscribe to presence, not only `admin`.
  bool visible_to_all{false};
  presence_news news{presence_news::to_subscribers};
  /// What `hello` tells: how often the shards ping.
  seconds heartbeat{25};
  /// Called when presence starts again after a failure: every live connection of this node, also
  /// one that is not attached yet, is to be closed with 1012.
  std::function<void()> on_restart{};
};

/// Starts presence. It reads where the inbox stands before anybody is attached; connections that
/// come earlier wait. Clock and metrics outlive it.
presence_actor spawn_presence(caf::actor_system& system, supervisor_actor supervisor,
                              persistence_actor persistence, queries_actor queries,
                              wall_clock clock, metrics& counts, presence_options how = {});

}  // namespace carillon
