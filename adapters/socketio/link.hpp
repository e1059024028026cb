#pragma once

#include "adapters/socketio/wire.hpp"
#include "protocol/answer.hpp"
#include "protocol/codec/engine_io.hpp"
#include "protocol/push.hpp"
#include "protocol/time.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace carillon::socketio {

/// What a request of the polling transport is answered with.
struct polled {
  int status{200};
  std::string body{};
  std::string_view content_type{"text/plain; charset=UTF-8"};
};
using poll_answer = answer<polled>;

/// A refusal in Engine.IO's own words; 400 but for `forbidden`, which is 403.
polled refusal(codec::engine_fault why);

/// The answer to a body that was followed.
polled taken();

/// Whom a link tells what comes over it.
class link_user {
 public:
  /// The client sent a message.
  virtual void message(std::string_view text) = 0;
  /// True while its messages have to wait.
  virtual bool busy() const noexcept = 0;
  /// What was queued has gone as far as the client takes it.
  virtual void sent() = 0;
  /// Nothing comes or goes any more.
  virtual void lost() = 0;
  /// The link is gone, and its socket with it.
  virtual void ended() = 0;
  /// Keeps the user alive.
  virtual std::shared_ptr<void> kept() = 0;

 protected:
  ~link_user() = default;
};

/// An Engine.IO 4 session: messages in order both ways, over polling, over a WebSocket, or over
/// the one and then the other; the server's pings; its end. For the thread of its shard.
class link final : private wire_owner {
 public:
  /// The longest body that a client may post, in bytes.
  static constexpr std::size_t max_payload = 64 << 10;

  link(live::shard& on, link_user& user, std::string sid, milliseconds ping_interval);
  ~link();
  link(const link&) = delete;
  link& operator=(const link&) = delete;

  const std::string& sid() const noexcept { return sid_; }

  // -- requests -------------------------------------------------------------------------------

  /// Begins over polling; the answer has the open packet.
  void open(poll_answer to);

  /// Begins over a WebSocket.
  void open(opening with);

  /// A GET: answered once something waits. There may be one at a time.
  void poll(poll_answer to);

  /// A POST: answered once what it brings has been followed. There may be one at a time.
  void post(std::string body, poll_answer to);

  /// A WebSocket that the session may go on over.
  void upgrade(opening with);

  // -- its user -------------------------------------------------------------------------------

  /// Queues frames of that many packets; `flush` sends them. False where they do not fit.
  [[nodiscard]] bool send(frame_ptr frames, std::uint32_t packets = 1);

  /// Queues one packet as text.
  [[nodiscard]] bool send(std::string_view packet);

  void flush();

  /// What waits to be sent.
  const live::frame_queue& queue() const noexcept { return wired_ ? wire_->queue() : queue_; }

  /// Goes on with the client's messages: the user is no longer busy.
  void go_on();

  /// Ends the session behind what is queued; with `at_once`, without it.
  void close(close_code code, std::string_view reason, bool at_once = false);

 private:
  /// A body that was posted, as far as it has been followed.
  struct posted {
    std::string text;
    std::vector<codec::engine_packet> packets;
    std::size_t next = 0;
    poll_answer to;
  };

  void heard(std::string_view text) override;
  bool deaf() const noexcept override;
  void wrote() override;
  void lost() override;
  void ended() override;
  std::shared_ptr<void> kept() override { return user_.kept(); }

  live::frame_queue& line() noexcept { return wired_ ? wire_->queue() : queue_; }
  void say(codec::engine_kind is, std::string_view data = {});
  codec::engine_opening opening_packet(bool upgradable) const;
  void take(const codec::engine_packet& what);
  void probe(const codec::engine_packet& what);
  void go_over();
  void follow();
  void answer_poll();
  void hang_up();
  void leave();
  void end();
  void pulse();

  live::shard& shard_;
  link_user& user_;
  const std::string sid_;
  const milliseconds ping_interval_;
  const milliseconds ping_timeout_;
  live::frame_queue queue_;  ///< while it polls
  poll_answer poll_;
  std::shared_ptr<posted> posted_;
  std::shared_ptr<wire> wire_;
  live::timer_wheel::timer pulse_;
  steady_time heard_;
  steady_time pinged_;
  bool awaits_pong_ = false;
  bool wired_ = false;    ///< the WebSocket is what it goes over
  bool probed_ = false;   ///< the client has tried it
  bool closing_ = false;  ///< the last packet is queued
  bool left_ = false;     ///< the user knows that nothing comes any more
  bool over_ = false;
};

}  // namespace carillon::socketio
