#pragma once

#include "tests/bench/dialect.hpp"
#include "tests/bench/poller.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace carillon::bench {

/// One client of a live stream. Texts are cut out of a buffer that all share; only a part of one
/// is kept between reads. Pings are answered.
class subscriber final : public waiter {
 public:
  /// Told of every notification.
  using on_text = std::function<void(std::size_t index, std::string_view text)>;

  /// Connects and waits, blocking, until nothing can be missed any more; throws where it is not let
  /// in. A receive buffer above 0 makes its kernel take little (see `connect_to`).
  subscriber(std::size_t index, std::uint16_t port, const dialect& how, const on_text& tell,
             int receive_buffer = 0);
  /// A plain WebSocket at `target`.
  subscriber(std::size_t index, std::uint16_t port, const std::string& target, const on_text& tell)
      : subscriber(index, port, dialect{.target = target}, tell) {}
  ~subscriber() override;
  subscriber(const subscriber&) = delete;
  subscriber& operator=(const subscriber&) = delete;

  int socket() const noexcept { return socket_; }
  void ready(std::uint32_t events) override;

  /// Reads, blocking, until the other end closes or for so many seconds; the code of the close
  /// frame, 0 where none came.
  int read_to_the_end(int seconds);

 private:
  void open(const dialect& how);
  /// Takes what was read.
  void feed(std::string_view bytes);
  /// Takes every whole text and returns how many bytes they took.
  std::size_t cut(std::string_view bytes);
  std::size_t cut_events(std::string_view bytes);
  void take(unsigned opcode, std::string_view payload);

  std::size_t index_;
  const on_text& tell_;
  const bool framed_;
  const std::string_view begins_;
  const std::string_view news_;
  int socket_;
  bool begun_;
  bool ending_ = false;  ///< a close frame is what is waited for
  int close_code_ = 0;
  std::string rest_;
};

}  // namespace carillon::bench
