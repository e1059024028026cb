#pragma once

#include "tests/bench/loads.hpp"
#include "tests/bench/poller.hpp"
#include "tests/bench/producer.hpp"
#include "tests/bench/subscriber.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace carillon::bench {

/// Users whose clients are connected and read nothing.
class stalled_clients {
 public:
  stalled_clients(const target& to, int count);

  /// Sends each of them so much that its kernel buffers are full, and the engine's queue for it as
  /// well but for `room` bytes and 2 KiB at most.
  void fill(std::size_t room);

  /// Has all of them read what still comes; returns how many were closed with 1013.
  int read_to_the_end();

 private:
  struct client {
    std::unique_ptr<subscriber> reader;
    std::uint16_t port;    ///< its own
    std::size_t sent = 0;  ///< bytes of frames that the engine made for it
  };

  void fill(std::size_t room, std::size_t load);
  void send(const std::vector<std::size_t>& to_whom, std::size_t load);
  /// What the kernel holds of each connection once that stands still, by the client's port.
  std::unordered_map<std::uint16_t, std::size_t> held_by_kernel();

  const target to_;
  const std::string token_;
  subscriber::on_text ignore_ = [](std::size_t, std::string_view) {};
  producer::on_answer answered_;
  poller loop_;
  std::vector<client> clients_;
  std::vector<std::unique_ptr<producer>> producers_;
  std::unordered_map<const producer*, std::size_t> for_whom_;
};

}  // namespace carillon::bench
