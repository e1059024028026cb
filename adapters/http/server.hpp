#pragma once

#include "adapters/http/services.hpp"
#include "adapters/live/shard.hpp"
#include "protocol/time.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace carillon::http {

/// What may change while the server runs.
struct server_rules {
  /// Where not empty, `/metrics` wants it as its bearer token.
  std::string metrics_token{};
  /// Per user without `publish` or `admin`; 0 is off.
  std::int64_t request_limit_per_minute{100};
  /// Per subject with `publish`; 0 is off. Operators are not counted.
  std::int64_t producer_limit_per_minute{0};
  /// Web origins whose pages may use the engine (`is_origin`); none allows all.
  std::vector<std::string> allowed_origins{};
};

/// How the server listens and what it bears.
struct server_options {
  /// An address or a name; all of its addresses are listened on.
  std::string host{"127.0.0.1"};
  /// 0 takes any free port; `server::port` tells which.
  std::uint16_t port{8000};
  /// PEM files; both or none. With them every connection is TLS.
  std::string tls_certificate{};
  std::string tls_key{};
  /// Live connections; `plain_connections` more may be open for HTTP.
  std::int64_t max_connections{10'000};
  std::int64_t plain_connections{256};
  std::size_t max_body_bytes{1 << 20};
  /// The bound of bodies that carry many things at once.
  std::size_t max_bulk_bytes{64 << 20};
  server_rules rules{};

  /// From a connection's opening, or a request's first byte, to the end of its header.
  milliseconds header_timeout{10'000};
  /// From the end of the header to the end of the body.
  milliseconds body_timeout{30'000};
  /// Between requests.
  milliseconds idle_timeout{75'000};
  /// For the engine's answer, and for each step of a client's reading it.
  milliseconds work_timeout{60'000};
  milliseconds write_timeout{30'000};
};

/// Throws what `server::start` would where another process listens on that port, or the address is
/// none; takes nothing.
void check_port(const std::string& host, std::uint16_t port);

/// The HTTP/1.1 server: listens, and serves every socket on one of the shards.
class server {
 public:
  /// The shards are started by the caller and outlive the server and every actor that may still
  /// hold an answer. At least one.
  server(server_options options, services with, std::vector<live::shard*> shards);
  /// Closes what is open.
  ~server();
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  /// Listens. Throws `std::runtime_error`, naming the address and the key `server.listen`, when it
  /// cannot, and naming `server.tls_certificate` when that cannot be used.
  void start();

  /// Holds requests to these from the next one on. Any thread.
  void use(server_rules rules);

  /// Listens no more. What is in work is answered; who asks for something new on a connection that
  /// is open hears that the node stops (health tells it too). Each answer is the last of its
  /// connection; live ones stay.
  void stop_accepting();

  /// Closes every HTTP connection still open. Returns when that is done; the shards must run.
  void close();

  /// Gives back the actors, which handlers that never came to run would hold until the shards are
  /// destroyed: the actor system waits for each that has a thread of its own. Once the server is
  /// closed and the shards have been joined.
  void let_go() noexcept;

  /// The port listened on, once started.
  std::uint16_t port() const noexcept;

 private:
  class core;
  std::unique_ptr<core> core_;
};

}  // namespace carillon::http
