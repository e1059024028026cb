#pragma once

#include "protocol/actors.hpp"
#include "protocol/live_event.hpp"
#include "protocol/principal.hpp"
#include "protocol/push.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace carillon {

/// Why a live connection is closed (RFC 6455 section 7.4 and CONTRACT section 5).
enum class close_code : std::uint16_t {
  normal = 1000,
  going_away = 1001,  ///< the node stops
  protocol_error = 1002,
  unsupported_data = 1003,
  invalid_payload = 1007,
  policy = 1008,
  message_too_big = 1009,
  internal_error = 1011,   ///< its session was restarted; resume
  service_restart = 1012,  ///< presence was restarted; resume
  try_again_later = 1013,  ///< a slow consumer; resume
  token_expired = 4401,    ///< or its key was withdrawn
  too_many_connections = 4429,
};

/// A live connection as actors see it: one of a user's devices. It is owned by the I/O shard of
/// its socket; every call may come from any thread and returns at once.
class connection {
 public:
  virtual ~connection() = default;

  /// Names it within this process; never 0, never used twice.
  virtual std::uint64_t id() const noexcept = 0;

  virtual const principal_ptr& who() const noexcept = 0;
  virtual frame_format format() const noexcept = 0;

  /// The `seq` the client has seen; nothing when it does not resume, negative when what it said
  /// cannot be read.
  virtual std::optional<std::int64_t> since() const noexcept = 0;

  /// The session takes it: client messages go there from now on, one at a time.
  virtual void start(const session_actor& session) = 0;

  /// Queues a frame; on overflow the connection closes itself with 1013.
  virtual void push(push_ptr what) = 0;

  /// Queues an event of its own.
  virtual void say(live_event what) = 0;

  /// Asks for one `drained` message when fewer than 50 frames and 256 KiB are queued; at once if so
  /// already.
  virtual void tell_when_drained() = 0;

  /// The client message in work is done; the next may be read.
  virtual void resume() = 0;

  /// Sends what is queued, then its last words, then ends.
  virtual void close(close_code code, std::string reason) = 0;
};

}  // namespace carillon
