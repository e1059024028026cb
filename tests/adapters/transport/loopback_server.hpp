#pragma once

#include <boost/asio.hpp>

#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace carillon::test {

/// A real HTTP/1.1 server on a loopback port, one thread per connection. What it answers is said
/// by the test: the raw answer to a request's raw text, or nothing to close at once.
class loopback_server {
 public:
  using handler = std::function<std::string(const std::string& request)>;

  explicit loopback_server(handler answer) : answer_(std::move(answer)) {
    accepting_ = std::thread{[this] { accept(); }};
  }

  ~loopback_server() {
    ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
    accepting_.join();
    for (auto& one : sockets_)
      ::shutdown(one->native_handle(), SHUT_RDWR);
    for (auto& one : serving_)
      one.join();
  }

  std::string url(const std::string& path = "/") const {
    return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + path;
  }

  int connections() const { return connections_; }

 private:
  using tcp = boost::asio::ip::tcp;

  void accept() {
    for (;;) {
      boost::system::error_code failed;
      auto socket = std::make_shared<tcp::socket>(context_);
      acceptor_.accept(*socket, failed);
      if (failed)
        return;
      ++connections_;
      sockets_.push_back(socket);
      serving_.emplace_back([this, socket] { serve(*socket); });
    }
  }

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
  boost::asio::io_context context_;
  tcp::acceptor acceptor_{context_, {boost::asio::ip::address_v4::loopback(), 0}};
  std::atomic<int> connections_{0};
  std::vector<std::shared_ptr<tcp::socket>> sockets_;
  std::vector<std::thread> serving_;
  std::thread accepting_;
};

}  // namespace carillon::test
