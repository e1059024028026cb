#pragma once

#include "adapters/live/frame_codec.hpp"
#include "adapters/live/frame_queue.hpp"
#include "adapters/live/outlet.hpp"
#include "adapters/live/services.hpp"
#include "adapters/live/shard.hpp"
#include "adapters/stream.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace carillon::live {

/// What a connection is made of.
struct connection_parts {
  stream_ptr over{};
  shard::seat seat{};
  census::place place{};
  principal_ptr who{};
  frame_format format{frame_format::plain};
  std::optional<std::int64_t> since{};
  /// The answer that makes the stream a WebSocket.
  std::string greeting{};
  /// Bytes the client sent behind its request.
  std::string leftover{};
};

/// A WebSocket after its upgrade. It holds no read buffer: it waits for its socket to be readable
/// and reads into its shard's. Everything but the calls of `connection` is for the shard's thread.
class websocket final : public outlet {
 public:
  /// How long a peer may take to answer a close frame before its socket is reset.
  static constexpr seconds close_limit{5};
  /// `token_expiring` comes so long before the end of the token.
  static constexpr seconds expiry_notice{60};
  /// `tell_when_drained` is answered below so many frames and bytes.
  static constexpr std::size_t drained_frames = 50;
  static constexpr std::size_t drained_bytes = 256 << 10;

  websocket(shard& on, live_services_ptr with, connection_parts parts);

  /// Sends the greeting and enters presence.
  void begin();

  std::uint64_t id() const noexcept override { return id_; }
  const principal_ptr& who() const noexcept override { return who_; }
  frame_format format() const noexcept override { return format_; }
  std::optional<std::int64_t> since() const noexcept override { return since_; }

  void take(const push_ptr& what) override;
  void obey(order what) override;
  void flush() override;

 private:
  enum class phase : std::uint8_t {
    waiting,    ///< for its session; what the client sends stays in the socket
    open,       ///< frames go both ways
    closing,    ///< our close frame is queued, the peer's is awaited
    lingering,  ///< no more is understood: what is queued goes out, then the socket closes
    ended,
  };

  bool live() const noexcept { return phase_ <= phase::open; }
  bool paused() const noexcept {
    return phase_ == phase::waiting || (phase_ == phase::open && working_);
  }
  std::shared_ptr<websocket> self() {
    return std::static_pointer_cast<websocket>(shared_from_this());
  }

  // Orders.
  void on(order::start what);
  void on(order::say what);
  void on(order::tell_when_drained);
  void on(order::resume);
  void on(order::close what);

  // Reading.
  void await_input();
  void read();
  void feed(std::span<const char> bytes);
  void understand();
  void receive(client_frame what);
  void receive_text(std::string_view text);
  void receive_close(std::string_view payload);

  // Writing.
  void enqueue(frame_ptr bytes, std::uint32_t frames = 1);
  void say(std::uint8_t opcode, std::string_view payload);
  void write();
  void await_room(stream::socket_type::wait_type readiness);
  void report_queue();

  // Ending.
  void shut(close_code code, std::string_view reason, phase next);
  void wind_down(std::string last_frame, phase next);
  void overflow(std::string_view reason);
  void leave();
  void end();
  void reset();

  // Time.
  void pulse();
  void watch_token();

  live_services_ptr services_;
  stream_ptr stream_;
  shard::seat seat_;
  census::place place_;
  const std::uint64_t id_;
  principal_ptr who_;
  std::optional<std::int64_t> since_;
  session_actor session_;
  frame_queue queue_;
  std::unique_ptr<frame_parser> parser_;  ///< while there is part of a message
  std::unique_ptr<std::string> unread_;   ///< bytes taken from the socket and not understood yet
  timer_wheel::timer pulse_;
  timer_wheel::timer token_;
  steady_time heard_;
  const frame_format format_;
  stream::socket_type::wait_type awaited_ = stream::socket_type::wait_read;  ///< to read on
  phase phase_ = phase::waiting;
  bool reading_ = false;   ///< a wait for input is under way
  bool writing_ = false;   ///< a wait for room is under way
  bool working_ = false;   ///< the session has a command of ours
  bool left_ = false;      ///< presence has been told
  bool finished_ = false;  ///< the peer has been told that nothing follows
  bool owes_drained_ = false;
  bool recorded_ = false;  ///< the backlog knows of us
  bool warned_ = false;    ///< of the token's end
};

}  // namespace carillon::live
