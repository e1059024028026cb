#pragma once

#include "tests/bench/poller.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace carillon::bench {

/// One WebSocket client: an upgrade, then the text frames that arrive. Frames are cut out of a
/// buffer that all share; only a part of a frame is kept between reads.
class subscriber final : public waiter {
 public:
  using on_text = std::function<void(std::size_t index, std::string_view text)>;

  /// Connects and upgrades, blocking; throws where the answer is not 101.
  subscriber(std::size_t index, std::uint16_t port, const std::string& target, const on_text& tell);
  ~subscriber() override;
  subscriber(const subscriber&) = delete;
  subscriber& operator=(const subscriber&) = delete;

  int socket() const noexcept { return socket_; }
  void ready(std::uint32_t events) override;

 private:
  /// Tells of every whole frame and returns how many bytes they took.
  std::size_t cut(std::string_view bytes);

  std::size_t index_;
  const on_text& tell_;
  int socket_;
  std::string rest_;
};

}  // namespace carillon::bench
