#pragma once

#include "protocol/actors.hpp"

namespace carillon {

/// Whom persistence tells of its commits. They need its handle, so they are spawned after it and
/// entered here before the first message reaches it; nothing here changes after that.
struct directory {
  presence_actor presence{};
  retry_scheduler_actor scheduler{};
  watchdog_actor watchdog{};
  /// Null where nobody waits for outcomes.
  waiting_room_actor waiting{};
  /// Null where nobody runs bulks.
  bulk_runner_actor bulks{};
  /// Null where nobody tells digests.
  digest_runner_actor digests{};
};

}  // namespace carillon
