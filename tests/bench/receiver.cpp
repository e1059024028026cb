#include "tests/bench/receiver.hpp"

#include "tests/bench/sockets.hpp"

#include <sys/socket.h>

#include <cstdlib>
#include <utility>

namespace carillon::bench {

class receiver::connection final : public waiter {
 public:
  connection(int socket, receiver& owner) : socket_(socket), owner_(owner) {}
  ~connection() override { close(); }
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  bool closed() const noexcept { return socket_ < 0; }

  void close() {
    if (socket_ >= 0)
      ::close(std::exchange(socket_, -1));
  }

  void ready(std::uint32_t) override {
    char buffer[16384];
    const auto n = ::recv(socket_, buffer, sizeof buffer, 0);
    if (n <= 0)
      return close();
    bytes_.append(buffer, static_cast<std::size_t>(n));
    while (!closed() && take_one()) {
    }
  }

 private:
  /// Treats the first request where it is whole.
  bool take_one() {
    const auto end = bytes_.find("\r\n\r\n");
    const auto at = bytes_.find("Content-Length: ");
    if (end == std::string::npos || at == std::string::npos)
      return false;
    const auto length = std::strtoul(bytes_.c_str() + at + 16, nullptr, 10);
    if (bytes_.size() < end + 4 + length)
      return false;
    const auto how = owner_.arrived_(std::string_view{bytes_}.substr(end + 4, length));
    bytes_.erase(0, end + 4 + length);
    if (how == manner::accepts)
      write_all(socket_, "HTTP/1.1 204 No Content\r\n\r\n");
    if (how == manner::babbles) {
      write_all(socket_, "\x16\x03\x01 what is this? \xff\xfe\r\n\r\n");
      close();
    }
    return true;
  }

  int socket_;
  receiver& owner_;
  std::string bytes_;
};

receiver::receiver(poller& loop, on_request arrived)
    : loop_(loop), arrived_(std::move(arrived)), socket_(listen_on_loopback(port_)) {
  loop_.add(socket_, *this);
}

receiver::~receiver() {
  ::close(socket_);
}

void receiver::ready(std::uint32_t) {
  const auto one = ::accept4(socket_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (one < 0)
    return;
  std::erase_if(connections_, [](const auto& x) { return x->closed(); });
  connections_.push_back(std::make_unique<connection>(one, *this));
  loop_.add(one, *connections_.back());
}

void receiver::hang_up() {
  for (auto& x : connections_)
    x->close();
}

}  // namespace carillon::bench
