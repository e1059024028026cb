#pragma once

#include "protocol/actors.hpp"
#include "protocol/metrics.hpp"
#include "storage/repository.hpp"

#include <caf/fwd.hpp>

#include <cstddef>
#include <functional>
#include <memory>

namespace carillon {

/// Opens one more reader; throws when the store is away.
using open_reader_function = std::function<std::unique_ptr<storage::reader>()>;

/// What `queries` may hold.
struct queries_bounds {
  /// Readers open at once; each is opened when first needed.
  std::size_t readers{4};
  /// Reads from outside that wait for one; past it they are answered `busy`.
  std::size_t waiting{1000};
};

/// Starts the reads. Those from outside and those of the engine's own actors take turns; the
/// engine's are never refused. `detached` gives each reader a thread of its own, since it blocks;
/// tests spawn them attached.
queries_actor spawn_queries(caf::actor_system& system, supervisor_actor supervisor, metrics& gauges,
                            open_reader_function open, queries_bounds bounds = {},
                            bool detached = true);

}  // namespace carillon
