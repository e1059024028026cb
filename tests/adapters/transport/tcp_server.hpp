#pragma once

#include <boost/asio.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace carillon::test {

/// A server on a loopback port with a thread for each connection, which `serve` has for itself
/// until it returns or the server's end closes it.
class tcp_server {
 public:
  using tcp = boost::asio::ip::tcp;

  explicit tcp_server(std::function<void(tcp::socket&)> serve) : serve_(std::move(serve)) {
    accepting_ = std::thread{[this] { accept(); }};
  }

  ~tcp_server() {
    ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
    accepting_.join();
    for (auto& one : sockets_)
      ::shutdown(one->native_handle(), SHUT_RDWR);
    for (auto& one : serving_)
      one.join();
  }

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  int connections() const { return connections_; }

 private:
  void accept() {
    for (;;) {
      boost::system::error_code failed;
      auto socket = std::make_shared<tcp::socket>(context_);
      acceptor_.accept(*socket, failed);
      if (failed)
        return;
      ++connections_;
      sockets_.push_back(socket);
      serving_.emplace_back([this, socket] { serve_(*socket); });
    }
  }

  std::function<void(tcp::socket&)> serve_;
  boost::asio::io_context context_;
  tcp::acceptor acceptor_{context_, {boost::asio::ip::address_v4::loopback(), 0}};
  std::atomic<int> connections_{0};
  std::vector<std::shared_ptr<tcp::socket>> sockets_;
  std::vector<std::thread> serving_;
  std::thread accepting_;
};

}  // namespace carillon::test
