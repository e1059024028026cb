#pragma once

#include "tests/bench/poller.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace carillon::bench {

/// A provider on loopback that takes POSTs over keep-alive connections.
class receiver final : public waiter {
 public:
  /// How it treats a request: 204, an answer that is no HTTP on a connection that it then closes,
  /// or none at all.
  enum class manner { accepts, babbles, hangs };

  /// Told of every request that came whole, with its body; says how it is treated.
  using on_request = std::function<manner(std::string_view body)>;

  receiver(poller& loop, on_request arrived);
  ~receiver() override;
  receiver(const receiver&) = delete;
  receiver& operator=(const receiver&) = delete;

  std::uint16_t port() const noexcept { return port_; }
  void ready(std::uint32_t events) override;

  /// Closes every connection, so that what hangs ends.
  void hang_up();

 private:
  class connection;

  poller& loop_;
  on_request arrived_;
  std::uint16_t port_ = 0;
  int socket_;
  std::vector<std::unique_ptr<connection>> connections_;
};

}  // namespace carillon::bench
