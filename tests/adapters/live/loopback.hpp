#pragma once

// Both ends of a WebSocket over loopback: the engine's, and Beast's own client.

#include "adapters/live/upgrade.hpp"
#include "adapters/tls_stream.hpp"

#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace carillon::live {

/// Beast's synchronous client. What it reads comes as text: a message as it is, else
/// `closed CODE REASON` or `lost`.
class websocket_client {
 public:
  struct options {
    bool tls{false};
    std::string target{"/"};
    std::string protocol{};
    /// Of the socket, in bytes; 0 leaves the system's.
    int receive_buffer{0};
  };

  /// Connects and does the handshakes.
  websocket_client(std::uint16_t port, const options& with);
  ~websocket_client();

  /// A header of the 101.
  std::string answered(std::string_view header) const;

  void send(std::string_view text);
  void send_binary(std::string_view bytes);
  /// One message in as many frames.
  void send_fragments(const std::vector<std::string>& parts);
  void ping(std::string_view payload);
  std::string read();
  /// The pings, pongs and closes met by `read`: `ping PAYLOAD`, ….
  const std::vector<std::string>& controls() const;
  /// Sends a close frame and reads until its answer; returns the code that came back.
  int close(int code);

  // Below Beast, which is left alone from the first of these calls on.

  void write_raw(std::string_view bytes);
  /// `OPCODE:PAYLOAD` of the next frame, or `lost`.
  std::string read_raw();
  /// Says that nothing follows.
  void finish_raw();

 private:
  class wire;
  template <class Next>
  class wire_over;
  std::unique_ptr<wire> wire_;
};

/// Listens on loopback and upgrades every client onto one shard.
class loopback {
 public:
  /// What tests may change of an upgrade: wrap the stream, set what came behind and who asks.
  using tweak = std::function<void(departure&, upgrade_request&)>;

  loopback(shard& on, live_services_ptr with, std::shared_ptr<tls_context> tls = nullptr);
  ~loopback();

  std::uint16_t port() const;

  /// A client on a socket of its own, upgraded; throws what Beast says of a refused handshake.
  std::unique_ptr<websocket_client> connect(websocket_client::options with = {},
                                            const tweak& change = {});

 private:
  void serve(const tweak& change);

  struct listener;
  shard& shard_;
  live_services_ptr services_;
  std::shared_ptr<tls_context> tls_;
  std::unique_ptr<listener> listener_;
};

}  // namespace carillon::live
