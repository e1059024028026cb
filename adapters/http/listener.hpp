#pragma once

#include "adapters/http/desk.hpp"
#include "adapters/stream.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace carillon {
class tls_context;
}

namespace carillon::http {

/// Takes connections on one shard's thread and gives each to the shard with the fewest sockets.
class listener : public std::enable_shared_from_this<listener> {
 public:
  /// `tls` may be null. The first desk's shard does the listening.
  listener(std::vector<std::shared_ptr<desk>> desks, std::shared_ptr<const tls_context> tls);

  /// Binds every address of the name; throws `std::runtime_error` when none can be, or one is
  /// taken. 0 takes any free port.
  void open(const std::string& host, std::uint16_t port);

  std::uint16_t port() const noexcept { return port_; }

  /// Begins to take connections. Any thread.
  void start();

  /// For the listening shard's thread.
  void close();

 private:
  using acceptor = boost::asio::basic_socket_acceptor<boost::asio::ip::tcp,
                                                      boost::asio::io_context::executor_type>;

  void wait(acceptor& from);
  void take(acceptor& from);
  void serve(const std::shared_ptr<desk>& at, stream::socket_type socket, std::int64_t open);

  std::vector<std::shared_ptr<desk>> desks_;
  std::shared_ptr<const tls_context> tls_;
  std::vector<std::unique_ptr<acceptor>> acceptors_;
  boost::asio::steady_timer pause_;
  std::uint16_t port_ = 0;
};

}  // namespace carillon::http
