#pragma once

#include "adapters/live/outlet.hpp"
#include "adapters/live/services.hpp"
#include "adapters/live/shard.hpp"
#include "adapters/socketio/link.hpp"
#include "adapters/socketio/services.hpp"
#include "protocol/codec/socket_io.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carillon::socketio {

/// What the request that began a session says; the CONNECT packet may say otherwise.
struct introduction {
  std::string token{};
  std::optional<std::string> since{};
};

/// A Socket.IO 5 client from its handshake to its end: it says who it is in the default namespace
/// and is a live connection from then on. Everything but the calls of `connection` is for the
/// shard's thread.
class client final : public live::outlet, private link_user {
 public:
  /// How long a session may be open without being connected to the namespace.
  static constexpr seconds connect_limit{45};

  /// `stranger` is not null.
  client(live::shard& on, services_ptr with, introduction from, std::shared_ptr<void> stranger);
  ~client() override;

  /// Enters the registry and waits to be connected; its link is opened next.
  void begin();

  live::shard& home() const noexcept { return shard_; }
  /// True once it has said who it is. Any thread.
  bool is_user() const noexcept { return is_user_.load(std::memory_order_relaxed); }
  link& line() noexcept { return link_; }

  const principal_ptr& who() const noexcept override { return who_; }
  frame_format format() const noexcept override { return frame_format::socket_io; }
  std::optional<std::int64_t> since() const noexcept override { return since_; }

  void take(const push_ptr& what) override;
  void obey(live::order what) override;
  void flush() override;

 private:
  enum class phase : std::uint8_t {
    stranger,  ///< not connected to the namespace
    entering,  ///< waits for its session
    open,
    left,  ///< detached from presence; at most its last packets still go out
    ended,
  };
  /// An event in work.
  struct command {
    command_kind kind;
    std::optional<std::uint64_t> ack;
    std::string outcome;  ///< JSON, once it is known
  };

  // The link's client.
  void message(std::string_view text) override;
  bool busy() const noexcept override { return phase_ == phase::entering || command_.has_value(); }
  void sent() override;
  void lost() override;
  void ended() override;
  std::shared_ptr<void> kept() override { return shared_from_this(); }

  void connect(const codec::socket_packet& what);
  void enter(principal_ptr who, live::census::place place);
  void refuse(const error& why);
  void follow(const codec::socket_packet& what);
  void acknowledge(std::optional<std::uint64_t> id, std::string outcome);

  // Orders.
  void on(live::order::start what);
  void on(live::order::say what);
  void on(live::order::tell_when_drained);
  void on(live::order::resume);
  void on(live::order::close what);

  void tell(const live_event& what);
  void queue(std::string_view packet);
  void shut(close_code code, std::string_view reason);
  void leave();
  void watch();
  void report_queue();

  services_ptr with_;
  introduction introduction_;
  std::shared_ptr<void> stranger_;
  live::census::place place_;
  principal_ptr who_;
  std::optional<std::int64_t> since_;
  std::string pid_;  ///< what the client calls the stream that it goes on with
  session_actor session_;
  std::vector<live_event> early_;  ///< said before the session took it
  std::optional<command> command_;
  live::timer_wheel::timer clock_;  ///< until it is connected, then of its token
  std::atomic<bool> is_user_{false};
  phase phase_ = phase::stranger;
  bool owes_drained_ = false;
  bool recorded_ = false;  ///< the backlog knows of us
  bool warned_ = false;    ///< of the token's end
  link link_;
};

}  // namespace carillon::socketio
