#pragma once

#include "tests/adapters/transport/tcp_server.hpp"

#include <boost/asio.hpp>

#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace carillon::test {

/// A mail server without TLS on a loopback port, a thread for each connection. What it says to a
/// command is said by the test: a line, or nothing to break the connection. `greeting` is the
/// beginning, `.` the end of a message.
class mail_server {
 public:
  using handler = std::function<std::string(const std::string& command)>;

  explicit mail_server(handler answer) : answer_(std::move(answer)) {}

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

  std::uint16_t port() const { return at_.port(); }
  int connections() const { return at_.connections(); }

  /// Closes what is open, as servers do with idle connections: with a last word, or with none.
  void expire(const std::string& farewell) {
    std::lock_guard hold{mutex_};
    for (auto one : open_) {
      ::send(one, farewell.data(), farewell.size(), MSG_NOSIGNAL);
      ::shutdown(one, SHUT_RDWR);
    }
    open_.clear();
  }

  /// Every command and line of a message so far.
  std::vector<std::string> heard() const {
    std::lock_guard hold{mutex_};
    return heard_;
  }

 private:
  using tcp = tcp_server::tcp;

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
    {
      std::lock_guard hold{mutex_};
      open_.insert(socket.native_handle());
    }
    converse(socket);
    std::lock_guard hold{mutex_};
    open_.erase(socket.native_handle());
  }

  void converse(tcp::socket& socket) {
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
  mutable std::mutex mutex_;
  std::vector<std::string> heard_;
  std::set<int> open_;
  // The last to come and the first to go: its threads use the others.
  tcp_server at_{[this](tcp::socket& socket) { serve(socket); }};
};

}  // namespace carillon::test
