#pragma once

#include "adapters/live/frame_intake.hpp"
#include "adapters/live/socket_pump.hpp"
#include "protocol/connection.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace carillon::socketio {

/// A request that becomes a WebSocket: its stream, the answer that makes it one, and what the
/// client sent behind it.
struct opening {
  stream_ptr over{};
  live::shard::seat seat{};
  std::string greeting{};
  std::string leftover{};
};

/// Whom a WebSocket tells what happens to it.
class wire_owner {
 public:
  /// The client sent a text.
  virtual void heard(std::string_view text) = 0;
  /// True while no more can be heard: what the client sends stays in its socket.
  virtual bool deaf() const noexcept = 0;
  /// What was queued has been written as far as the socket takes it.
  virtual void wrote() = 0;
  /// The client ended it; nothing is heard any more.
  virtual void lost() = 0;
  /// It is gone with its socket.
  virtual void ended() = 0;
  /// Keeps the owner alive.
  virtual std::shared_ptr<void> kept() = 0;

 protected:
  ~wire_owner() = default;
};

/// A WebSocket whose texts mean something to its owner. Binary messages are the attachments of
/// events, which its owner refuses: they are taken and thrown away. For the thread of its shard.
class wire : public std::enable_shared_from_this<wire>, private live::socket_pump {
 public:
  /// How long the client may take to answer a close frame.
  static constexpr seconds close_limit{5};

  wire(live::shard& on, wire_owner& owner, opening with);

  /// Frames on their way; `flush` writes them.
  live::frame_queue& queue() noexcept { return queue_; }

  void flush() override;

  /// Goes on hearing, once the owner is no longer deaf.
  void listen();

  /// Queues the close frame. With `at_once`, only what is partly written still goes before it.
  void close(close_code code, std::string_view reason, bool at_once);

  /// Lets go of the socket; the owner is told nothing more.
  void drop();

 private:
  enum class phase : std::uint8_t {
    open,
    closing,    ///< our close frame is queued, the client's is awaited
    lingering,  ///< nothing more is understood: what is queued goes out, then the socket closes
    ended,
  };

  std::shared_ptr<void> held_by() override { return shared_from_this(); }
  bool paused() const noexcept override { return phase_ == phase::open && owner_->deaf(); }
  void feed(std::span<const char> bytes) override;
  void broke() override { end(); }
  void receive(const live::client_frame& what);
  void wind_down(std::string last_frame, phase next);
  void end();

  wire_owner* owner_;
  live::frame_intake intake_;
  live::timer_wheel::timer limit_;
  phase phase_ = phase::open;
};

}  // namespace carillon::socketio
