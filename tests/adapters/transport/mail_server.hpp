#pragma once

#include <boost/asio.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace carillon::test {

/// A mail server without TLS on a loopback port, a thread for each connection. What it says to a
/// command is said by the test: a line, or nothing to break the connection. `greeting` is the
/// beginning, `.` the end of a message.
class mail_server {
 public:
  using handler = std::function<std::string(const std::string& command)>;

  explicit mail_server(handler answer) : answer_(std::move(answer)) {
    accepting_ = std::thread{[this] { accept(); }};
  }

  ~mail_server() {
    ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
    accepting_.join();
    for (auto& one : sockets_)
      ::shutdown(one->native_handle(), SHUT_RDWR);
    for (auto& one : serving_)
      one.join();
  }

  /// What a server says that takes everything.
  static std::string willing(const std::string& command) {
    if (command == "greeting")
      return "220 ready";
    if (command.starts_with("EHLO"))
      return "250-here\r\n250 AUTH PLAIN";
    if (command.starts_with("AUTH"))
      return "235 2.7.0 welcome";
    if (command == "DATA")
      return "354 go on";
    return command == "." ? "250 2.0.0 Ok: queued as Q1" : "250 ok";
  }

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  int connections() const { return connections_; }

  /// Every command and line of a message so far.
  std::vector<std::string> heard() const {
    std::lock_guard hold{mutex_};
    return heard_;
  }

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

  /// What was said; nothing where that was the end.
  std::string say(tcp::socket& socket, const std::string& command) {
    auto line = answer_(command);
    boost::system::error_code failed;
    if (line.empty())
      socket.shutdown(tcp::socket::shutdown_both, failed);
    else
      boost::asio::write(socket, boost::asio::buffer(line + "\r\n"), failed);
    return failed ? std::string{} : line;
  }

  void serve(tcp::socket& socket) {
    std::string buffer;
    auto in_message = false;
    if (say(socket, "greeting").empty())
      return;
    for (;;) {
      boost::system::error_code failed;
      auto end =
        boost::asio::read_until(socket, boost::asio::dynamic_buffer(buffer), "\r\n", failed);
      if (failed)
        return;
      auto line = buffer.substr(0, end - 2);
      buffer.erase(0, end);
      {
        std::lock_guard hold{mutex_};
        heard_.push_back(line);
      }
      if (in_message && line != ".")
        continue;
      const auto said = say(socket, line);
      if (said.empty())
        return;
      in_message = said.starts_with("354");
    }
  }

  handler answer_;
  boost::asio::io_context context_;
  tcp::acceptor acceptor_{context_, {boost::asio::ip::address_v4::loopback(), 0}};
  std::atomic<int> connections_{0};
  mutable std::mutex mutex_;
  std::vector<std::string> heard_;
  std::vector<std::shared_ptr<tcp::socket>> sockets_;
  std::vector<std::thread> serving_;
  std::thread accepting_;
};

}  // namespace carillon::test
