#include "tests/bench/figures.hpp"
#include "tests/bench/loads.hpp"
#include "tests/bench/poller.hpp"
#include "tests/bench/producer.hpp"
#include "tests/bench/sockets.hpp"
#include "tests/bench/token.hpp"

#include <sys/socket.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

namespace carillon::bench {

namespace {

/// A receiver that answers 204 to every POST as soon as it is whole.
class receiver final : public waiter {
 public:
  class connection final : public waiter {
   public:
    connection(int socket, receiver& owner) : socket_(socket), owner_(owner) {}

    void ready(std::uint32_t) override {
      char buffer[16384];
      auto n = ::recv(socket_, buffer, sizeof buffer, 0);
      if (n <= 0) {
        ::close(std::exchange(socket_, -1));
        return;
      }
      bytes_.append(buffer, static_cast<std::size_t>(n));
      for (;;) {
        auto end = bytes_.find("\r\n\r\n");
        auto at = bytes_.find("Content-Length: ");
        if (end == std::string::npos || at == std::string::npos)
          return;
        auto length = std::strtoul(bytes_.c_str() + at + 16, nullptr, 10);
        if (bytes_.size() < end + 4 + length)
          return;
        bytes_.erase(0, end + 4 + length);
        write_all(socket_, "HTTP/1.1 204 No Content\r\n\r\n");
        owner_.count();
      }
    }

   private:
    int socket_;
    receiver& owner_;
    std::string bytes_;
  };

  explicit receiver(poller& loop) : loop_(loop), socket_(listen_on_loopback(port_)) {
    loop.add(socket_, *this);
  }
  ~receiver() override { ::close(socket_); }

  void ready(std::uint32_t) override {
    auto one = ::accept4(socket_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (one < 0)
      return;
    connections_.push_back(std::make_unique<connection>(one, *this));
    loop_.add(one, *connections_.back());
  }

  void count() {
    if (received_++ == 0)
      first_ = clock::now();
  }

  std::uint16_t port() const noexcept { return port_; }
  std::int64_t received() const noexcept { return received_; }
  double since_first() const { return seconds_since(first_); }

 private:
  poller& loop_;
  std::uint16_t port_ = 0;
  int socket_;
  std::vector<std::unique_ptr<connection>> connections_;
  std::int64_t received_ = 0;
  clock::time_point first_{};
};

}  // namespace

void run(const target& to, const webhooks& how) {
  poller loop;
  receiver sink{loop};
  std::printf("%d\n", sink.port());
  std::fflush(stdout);
  int port = 0;
  if (std::scanf("%d", &port) != 1)
    throw std::runtime_error("no port of the engine came in");
  auto token = publisher_token(to.secret);
  std::int64_t sent = 0;
  auto send = [&](producer& who) {
    auto body = R"({"type":"bench.event","data":{"title":"t","message":"m","n":)"
                + std::to_string(sent++) + "}}";
    who.send(post_request("/api/v1/events", token, body));
  };
  producer::on_answer answered = [&](producer& who, int status, std::string_view body) {
    if (status != 202)
      throw std::runtime_error("an event was answered " + std::to_string(status) + " "
                               + std::string{body});
    if (sent < how.events)
      send(who);
  };
  std::vector<std::unique_ptr<producer>> all;
  for (int i = 0; i < how.producers; ++i) {
    all.push_back(std::make_unique<producer>(static_cast<std::uint16_t>(port), answered));
    loop.add(all.back()->socket(), *all.back());
    send(*all.back());
  }
  auto start = clock::now();
  while (sink.received() < how.events) {
    loop.turn(1000);
    if (seconds_since(start) > 300)
      throw std::runtime_error("not everything was delivered within 300 s");
  }
  std::printf(R"({"figure":"webhooks","events":%d,"delivered":%lld,"per_second":%.0f})"
              "\n",
              how.events, static_cast<long long>(sink.received()),
              static_cast<double>(sink.received()) / sink.since_first());
}

}  // namespace carillon::bench
