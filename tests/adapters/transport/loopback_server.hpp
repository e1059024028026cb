#pragma once

#include "tests/adapters/transport/tcp_server.hpp"

#include <boost/asio.hpp>

#include <functional>
#include <string>

namespace carillon::test {

/// A real HTTP/1.1 server on a loopback port, one thread per connection. What it answers is said
/// by the test: the raw answer to a request's raw text, or nothing to close at once.
class loopback_server {
 public:
  using handler = std::function<std::string(const std::string& request)>;

  explicit loopback_server(handler answer) : answer_(std::move(answer)) {}

  std::string url(const std::string& path = "/") const {
    return "http://127.0.0.1:" + std::to_string(at_.port()) + path;
  }

  int connections() const { return at_.connections(); }

 private:
  using tcp = tcp_server::tcp;

  void serve(tcp::socket& socket) {
    std::string buffer;
    for (;;) {
      boost::system::error_code failed;
      auto head =
        boost::asio::read_until(socket, boost::asio::dynamic_buffer(buffer), "\r\n\r\n", failed);
      if (failed)
        return;
      std::size_t length = 0;
      if (auto at = buffer.find("Content-Length: "); at < head)
        length = std::stoul(buffer.substr(at + 16));
      if (buffer.size() < head + length)
        boost::asio::read(socket, boost::asio::dynamic_buffer(buffer),
                          boost::asio::transfer_exactly(head + length - buffer.size()), failed);
      auto answer = answer_(buffer.substr(0, head + length));
      buffer.erase(0, head + length);
      if (failed || answer.empty())
        return socket.close();
      boost::asio::write(socket, boost::asio::buffer(answer), failed);
    }
  }

  handler answer_;
  // The last to come and the first to go: its threads use the others.
  tcp_server at_{[this](tcp::socket& socket) { serve(socket); }};
};

}  // namespace carillon::test
