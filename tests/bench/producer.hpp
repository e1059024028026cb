#pragma once

#include "tests/bench/poller.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace carillon::bench {

/// A POST with a JSON body, whole.
std::string post_request(std::string_view target, std::string_view token, std::string_view body);

/// One keep-alive HTTP connection with at most one request in work.
class producer final : public waiter {
 public:
  /// Told of every answer: who, its status, and its body.
  using on_answer = std::function<void(producer& who, int status, std::string_view body)>;

  producer(std::uint16_t port, const on_answer& tell);
  ~producer() override;
  producer(const producer&) = delete;
  producer& operator=(const producer&) = delete;

  int socket() const noexcept { return socket_; }
  bool busy() const noexcept { return busy_; }
  void send(std::string_view request);
  void ready(std::uint32_t events) override;

 private:
  const on_answer& tell_;
  int socket_;
  bool busy_ = false;
  std::string received_;
};

}  // namespace carillon::bench
