#include "tests/bench/subscriber.hpp"

#include "tests/bench/sockets.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <stdexcept>

namespace carillon::bench {

namespace {

std::array<char, 256 << 10> shared;

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t out = 0;
  for (unsigned char c : bytes)
    out = out << 8 | c;
  return out;
}

}  // namespace

subscriber::subscriber(std::size_t index, std::uint16_t port, const std::string& target,
                       const on_text& tell)
    : index_(index), tell_(tell), socket_(connect_to(port)) {
  write_all(socket_, "GET " + target
                       + " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
                         "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  auto head = read_head(socket_, rest_);
  if (!head.starts_with("HTTP/1.1 101"))
    throw std::runtime_error("not upgraded: " + head);
  set_non_blocking(socket_);
}

subscriber::~subscriber() {
  ::close(socket_);
}

void subscriber::ready(std::uint32_t) {
  auto n = ::recv(socket_, shared.data(), shared.size(), 0);
  if (n < 0 && errno == EAGAIN)
    return;
  if (n <= 0)
    throw std::runtime_error("a subscriber was closed");
  std::string_view bytes{shared.data(), static_cast<std::size_t>(n)};
  if (rest_.empty()) {
    auto used = cut(bytes);
    rest_.assign(bytes.substr(used));
  } else {
    rest_.append(bytes);
    rest_.erase(0, cut(rest_));
  }
}

std::size_t subscriber::cut(std::string_view bytes) {
  std::size_t at = 0;
  while (bytes.size() - at >= 2) {
    std::size_t length = bytes[at + 1] & 127;
    std::size_t head = length == 126 ? 4 : length == 127 ? 10 : 2;
    if (bytes.size() - at < head)
      break;
    if (head > 2)
      length = big_endian(bytes.substr(at + 2, head - 2));
    if (bytes.size() - at < head + length)
      break;
    auto opcode = bytes[at] & 15;
    if (opcode == 1)
      tell_(index_, bytes.substr(at + head, length));
    else if (opcode == 8)
      throw std::runtime_error("a subscriber got a close frame");
    at += head + length;
  }
  return at;
}

}  // namespace carillon::bench
