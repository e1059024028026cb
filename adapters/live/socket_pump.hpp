#pragma once

#include "adapters/live/frame_queue.hpp"
#include "adapters/live/shard.hpp"
#include "adapters/stream.hpp"

#include <memory>
#include <span>

namespace carillon::live {

/// Both ways over one socket: what is queued goes out in gathered writes as far as the socket takes
/// it, what comes in is handed on. It waits for readiness only and reads into its shard's buffer,
/// so that a quiet socket holds none. For the thread of its shard.
class socket_pump {
 public:
  socket_pump(const socket_pump&) = delete;
  socket_pump& operator=(const socket_pump&) = delete;

  /// Writes what is queued and does what follows from that.
  virtual void flush() = 0;

 protected:
  socket_pump(shard& on, stream_ptr over, shard::seat seat);
  ~socket_pump() = default;

  // -- what its owner decides -----------------------------------------------------------------

  /// Keeps the owner alive while the socket is waited for.
  virtual std::shared_ptr<void> held_by() = 0;

  /// True while the client has to wait: nothing is read from its socket.
  virtual bool paused() const noexcept = 0;

  /// True while nothing may be written yet.
  virtual bool silent() const noexcept { return false; }

  /// Follows what the client has sent, then waits for more (`await_input`); a flush comes next.
  virtual void feed(std::span<const char> bytes) = 0;

  /// The client has closed its end, or the socket failed.
  virtual void broke() = 0;

  // -- what it does with it -------------------------------------------------------------------

  /// Goes on reading, unless the client has to wait or that is under way.
  void await_input();

  /// Writes until the queue is empty or the socket is full; waits for room in that case.
  void pump_out();

  /// True while room is waited for; a flush follows.
  bool full() const noexcept { return writing_; }

  /// Tells the peer, once, that nothing follows.
  void finish();
  bool finished() const noexcept { return finished_; }

  /// Closes the socket. With `at_once` the peer is told by a reset.
  void shut_socket(bool at_once);

  shard& home_;
  /// Null once the socket is closed.
  stream_ptr stream_;
  frame_queue queue_;

 private:
  void read();
  void await_room(stream::socket_type::wait_type readiness);

  shard::seat seat_;
  stream::socket_type::wait_type awaited_ = stream::socket_type::wait_read;  ///< to read on
  bool reading_ = false;   ///< a wait for input is under way
  bool writing_ = false;   ///< a wait for room is under way
  bool finished_ = false;  ///< the peer has been told that nothing follows
};

}  // namespace carillon::live
