#include "tests/bench/subscriber.hpp"

#include "tests/bench/sockets.hpp"

#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cerrno>
#include <stdexcept>

namespace carillon::bench {

namespace {

std::array<char, 256 << 10> frame_buffer;

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t out = 0;
  for (unsigned char c : bytes)
    out = out << 8 | c;
  return out;
}

/// A client's frame under a mask of zeros; the payload is short of 64 KiB.
std::string frame(unsigned opcode, std::string_view payload) {
  std::string out{static_cast<char>(0x80 | opcode)};
  if (payload.size() < 126) {
    out += static_cast<char>(0x80 | payload.size());
  } else {
    out += static_cast<char>(0x80 | 126);
    out += static_cast<char>(payload.size() >> 8);
    out += static_cast<char>(payload.size() & 0xff);
  }
  return out.append(4, '\0').append(payload);
}

}  // namespace

subscriber::subscriber(std::size_t index, std::uint16_t port, const dialect& how,
                       const on_text& tell, int receive_buffer)
    : index_(index),
      tell_(tell),
      framed_(how.framed),
      begins_(how.begins),
      news_(how.news),
      socket_(connect_to(port, receive_buffer)),
      begun_(how.begins.empty()) {
  open(how);
  set_non_blocking(socket_);
}

subscriber::~subscriber() {
  ::close(socket_);
}

void subscriber::open(const dialect& how) {
  auto request = "GET " + how.target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + how.headers;
  if (framed_)
    request +=
      "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  write_all(socket_, request + "\r\n");
  std::string rest;
  const auto head = read_head(socket_, rest);
  if (!head.starts_with(framed_ ? "HTTP/1.1 101" : "HTTP/1.1 200"))
    throw std::runtime_error("not let in: " + head);
  if (!how.first_word.empty())
    write_all(socket_, frame(1, how.first_word));
  for (feed(rest); !begun_;) {
    const auto n = ::recv(socket_, frame_buffer.data(), frame_buffer.size(), 0);
    if (n <= 0)
      throw std::runtime_error("a subscriber was closed before it began");
    feed({frame_buffer.data(), static_cast<std::size_t>(n)});
  }
}

void subscriber::ready(std::uint32_t) {
  const auto n = ::recv(socket_, frame_buffer.data(), frame_buffer.size(), 0);
  if (n < 0 && errno == EAGAIN)
    return;
  if (n <= 0)
    throw std::runtime_error("a subscriber was closed");
  feed({frame_buffer.data(), static_cast<std::size_t>(n)});
}

int subscriber::read_to_the_end(int seconds) {
  ending_ = true;
  set_blocking(socket_);
  const timeval limit{.tv_sec = seconds, .tv_usec = 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  while (close_code_ == 0) {
    const auto n = ::recv(socket_, frame_buffer.data(), frame_buffer.size(), 0);
    if (n <= 0)
      break;
    feed({frame_buffer.data(), static_cast<std::size_t>(n)});
  }
  return close_code_;
}

void subscriber::feed(std::string_view bytes) {
  const auto used = [this](std::string_view all) { return framed_ ? cut(all) : cut_events(all); };
  if (rest_.empty()) {
    rest_.assign(bytes.substr(used(bytes)));
  } else {
    rest_.append(bytes);
    rest_.erase(0, used(rest_));
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
    take(bytes[at] & 15, bytes.substr(at + head, length));
    at += head + length;
  }
  return at;
}

std::size_t subscriber::cut_events(std::string_view bytes) {
  std::size_t at = 0;
  for (auto end = bytes.find("\n\n"); end != bytes.npos; end = bytes.find("\n\n", at)) {
    take(1, bytes.substr(at, end - at));
    at = end + 2;
  }
  return at;
}

void subscriber::take(unsigned opcode, std::string_view payload) {
  if (opcode == 9) {
    write_all(socket_, frame(10, payload));
  } else if (opcode == 8) {
    close_code_ = static_cast<int>(big_endian(payload.substr(0, 2)));
    if (!ending_)
      throw std::runtime_error("a subscriber got a close frame: " + std::to_string(close_code_));
  } else if (opcode == 1 && payload == "2") {
    write_all(socket_, frame(1, "3"));  // Engine.IO's own ping
  } else if (opcode == 1 && !begun_) {
    begun_ = payload.starts_with(begins_);
  } else if (opcode == 1 && payload.starts_with(news_) && !ending_) {
    tell_(index_, payload);
  }
}

}  // namespace carillon::bench
