#pragma once

#include "adapters/live/outlet.hpp"
#include "adapters/live/services.hpp"
#include "adapters/live/shard.hpp"
#include "adapters/live/socket_pump.hpp"
#include "adapters/stream.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace carillon::live {

/// What a live connection is made of.
struct connection_parts {
  stream_ptr over{};
  shard::seat seat{};
  census::place place{};
  principal_ptr who{};
  frame_format format{frame_format::plain};
  std::optional<std::int64_t> since{};
};

/// A live connection over a socket of its own, whatever form of stream it speaks: its session, its
/// token and its end. Everything but the calls of `connection` is for the shard's thread.
class socket_connection : public outlet, protected socket_pump {
 public:
  /// How long a peer may take to read the last words before its socket is reset.
  static constexpr seconds close_limit{5};
  /// `token_expiring` comes so long before the end of the token.
  static constexpr seconds expiry_notice{60};
  /// `tell_when_drained` is answered below so many frames and bytes.
  static constexpr std::size_t drained_frames = 50;
  static constexpr std::size_t drained_bytes = 256 << 10;

  /// Enters presence and sends what its form begins with.
  void begin();

  const principal_ptr& who() const noexcept final { return who_; }
  frame_format format() const noexcept final { return format_; }
  std::optional<std::int64_t> since() const noexcept final { return since_; }

  void take(const push_ptr& what) final;
  void obey(order what) final;
  void flush() final;

 protected:
  enum class phase : std::uint8_t {
    waiting,    ///< for its session
    open,       ///< pushes go out
    closing,    ///< the last words are queued, the peer's are awaited
    lingering,  ///< no more is understood: what is queued goes out, then the socket closes
    ended,
  };

  socket_connection(shard& on, live_services_ptr with, connection_parts parts);

  // -- what each form of stream does in its own way -------------------------------------------

  /// The bytes of an event.
  virtual std::string encode(const live_event& what) const = 0;

  /// Winds down with the last words of this form.
  virtual void shut(close_code code, std::string_view reason) = 0;

  /// A heartbeat has passed: queues what keeps the connection in use, or shuts it.
  virtual void beat() = 0;

  /// Goes on with the client: its session has taken it or has done what it asked, or it is being
  /// closed.
  virtual void go_on() = 0;

  // -- what they do it with -------------------------------------------------------------------

  bool live() const noexcept { return phase_ <= phase::open; }

  /// Queues frames, or closes as a slow consumer where they do not fit.
  void enqueue(frame_ptr bytes, std::uint32_t frames = 1);
  void enqueue(std::string frame);

  /// Queues the last words behind what waits, unless that was done before, and goes to `next`.
  void wind_down(std::string last_words, phase next);

  live_services_ptr services_;
  session_actor session_;
  phase phase_ = phase::waiting;
  /// Until its session takes it, or it is shut, nothing is written.
  bool held_ = false;

 private:
  // Orders.
  void on(order::start what);
  void on(order::say what);
  void on(order::tell_when_drained);
  void on(order::resume);
  void on(order::close what);

  std::shared_ptr<void> held_by() final { return shared_from_this(); }
  bool silent() const noexcept final { return held_; }
  void broke() final { end(); }

  void report_queue();

  void overflow(std::string_view reason);
  void leave();
  void end(bool at_once = false);

  void pulse();
  void watch_token();

  census::place place_;
  principal_ptr who_;
  std::optional<std::int64_t> since_;
  timer_wheel::timer pulse_;
  timer_wheel::timer token_;
  const frame_format format_;
  bool left_ = false;  ///< presence has been told
  bool owes_drained_ = false;
  bool recorded_ = false;  ///< the backlog knows of us
  bool warned_ = false;    ///< of the token's end
};

}  // namespace carillon::live
