#pragma once

#include "adapters/live/services.hpp"
#include "adapters/live/shard.hpp"
#include "adapters/stream.hpp"
#include "protocol/error.hpp"

#include <functional>
#include <memory>
#include <string>

namespace carillon::live {

/// A connection as it leaves HTTP, its request read and not answered yet.
struct departure {
  stream_ptr over{};
  shard::seat seat{};
  /// What the client sent behind its request.
  std::string leftover{};
  /// To be told once, on the shard's thread, which status the request was answered with.
  std::function<void(int status)> answered{};
  /// Takes back what cannot be taken over now, on the shard's thread; nothing of an answer has been
  /// written, and none was told of.
  std::function<void(stream_ptr, shard::seat, error)> refused{};
};

/// What becomes of a connection that leaves HTTP: made by its request's handler, carried out once
/// the request has been read.
class takeover {
 public:
  virtual ~takeover() = default;

  /// Makes a live connection of it. Called once, on the shard's thread; never blocks.
  virtual void carry_out(shard& on, const live_services_ptr& with, departure what) = 0;
};

using takeover_ptr = std::unique_ptr<takeover>;

}  // namespace carillon::live
