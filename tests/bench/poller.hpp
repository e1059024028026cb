#pragma once

#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <stdexcept>

namespace carillon::bench {

/// Something that waits for its socket.
class waiter {
 public:
  virtual ~waiter() = default;
  virtual void ready(std::uint32_t events) = 0;
};

/// The one event loop of a load generator.
class poller {
 public:
  poller() : fd_(epoll_create1(EPOLL_CLOEXEC)) {
    if (fd_ < 0)
      throw std::runtime_error("epoll_create1 failed");
  }
  ~poller() { ::close(fd_); }
  poller(const poller&) = delete;
  poller& operator=(const poller&) = delete;

  void add(int socket, waiter& who, std::uint32_t events = EPOLLIN) {
    epoll_event e{.events = events, .data = {.ptr = &who}};
    if (epoll_ctl(fd_, EPOLL_CTL_ADD, socket, &e) != 0)
      throw std::runtime_error("epoll_ctl failed");
  }

  /// Serves what is ready, waiting at most so long for the first.
  void turn(int wait_ms) {
    auto n = epoll_wait(fd_, events_.data(), static_cast<int>(events_.size()), wait_ms);
    for (int i = 0; i < n; ++i)
      static_cast<waiter*>(events_[static_cast<std::size_t>(i)].data.ptr)
        ->ready(events_[static_cast<std::size_t>(i)].events);
  }

 private:
  int fd_;
  std::array<epoll_event, 1024> events_{};
};

}  // namespace carillon::bench
