#pragma once

#include "adapters/live/services.hpp"
#include "adapters/live/shard.hpp"
#include "adapters/stream.hpp"
#include "protocol/error.hpp"

#include <functional>
#include <memory>
#include <string>

namespace carillon::live {

/// What cannot be taken over now comes back with its stream, on the shard's thread; nothing of the
/// answer has been written.
using takeover_refused = std::function<void(stream_ptr, shard::seat, error)>;

/// What becomes of a connection that leaves HTTP: made by its request's handler, carried out once
/// the request has been read.
class takeover {
 public:
  virtual ~takeover() = default;

  /// The status that its request counts as.
  virtual int status() const noexcept = 0;

  /// Makes a live connection of the stream. `leftover` is what the client sent behind its request.
  /// Called once, on the shard's thread; never blocks.
  virtual void carry_out(shard& on, const live_services_ptr& with, stream_ptr over,
                         shard::seat seat, std::string leftover, takeover_refused refused) = 0;
};

using takeover_ptr = std::unique_ptr<takeover>;

}  // namespace carillon::live
