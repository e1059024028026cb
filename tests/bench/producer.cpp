#include "tests/bench/producer.hpp"

#include "tests/bench/sockets.hpp"

#include <strings.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <stdexcept>

namespace carillon::bench {

namespace {

std::array<char, 256 << 10> answer_buffer;

std::size_t content_length(std::string_view head) {
  constexpr std::string_view name = "content-length:";
  for (std::size_t at = 0; at + name.size() < head.size(); at = head.find('\n', at) + 1) {
    if (::strncasecmp(head.data() + at, name.data(), name.size()) == 0)
      return std::strtoul(head.data() + at + name.size(), nullptr, 10);
    if (head.find('\n', at) == std::string_view::npos)
      break;
  }
  return 0;
}

}  // namespace

std::string post_request(std::string_view target, std::string_view token, std::string_view body) {
  std::string out = "POST ";
  out.append(target).append(" HTTP/1.1\r\nHost: 127.0.0.1\r\n");
  if (!token.empty())
    out.append("Authorization: Bearer ").append(token).append("\r\n");
  out.append("Content-Type: application/json\r\nContent-Length: ");
  out.append(std::to_string(body.size())).append("\r\n\r\n").append(body);
  return out;
}

producer::producer(std::uint16_t port, const on_answer& tell)
    : tell_(tell), socket_(connect_to(port)) {
  set_non_blocking(socket_);
}

producer::~producer() {
  ::close(socket_);
}

void producer::send(std::string_view request) {
  busy_ = true;
  write_all(socket_, request);
}

void producer::ready(std::uint32_t) {
  auto n = ::recv(socket_, answer_buffer.data(), answer_buffer.size(), 0);
  if (n < 0 && errno == EAGAIN)
    return;
  if (n <= 0)
    throw std::runtime_error("a producer's connection was closed");
  received_.append(answer_buffer.data(), static_cast<std::size_t>(n));
  auto end = received_.find("\r\n\r\n");
  if (end == std::string::npos)
    return;
  auto length = content_length(std::string_view{received_}.substr(0, end + 2));
  if (received_.size() < end + 4 + length)
    return;
  auto status = std::atoi(received_.c_str() + 9);
  busy_ = false;
  auto answer = std::move(received_);
  received_.clear();
  tell_(*this, status, std::string_view{answer}.substr(end + 4, length));
}

}  // namespace carillon::bench
