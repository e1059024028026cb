#pragma once

#include "adapters/live/frame_intake.hpp"
#include "adapters/live/socket_connection.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace carillon::live {

/// What comes before the first frame, either way.
struct websocket_opening {
  /// The answer that makes the stream a WebSocket.
  std::string greeting{};
  /// What the client sent behind its request.
  std::string leftover{};
};

/// A WebSocket after its upgrade, in plain mode or in `carillon.v1`.
class websocket final : public socket_connection {
 public:
  websocket(shard& on, live_services_ptr with, connection_parts parts, websocket_opening opening);

 private:
  std::string encode(const live_event& what) const override;
  void shut(close_code code, std::string_view reason) override;
  void beat() override;
  bool paused() const noexcept override;
  void feed(std::span<const char> bytes) override;
  void go_on() override;

  void receive(const client_frame& what);
  void receive_text(std::string_view text);
  void receive_close(std::string_view payload);
  void say(std::uint8_t opcode, std::string_view payload);

  frame_intake intake_;
  steady_time heard_;
  bool working_ = false;  ///< the session has a command of ours
};

}  // namespace carillon::live
