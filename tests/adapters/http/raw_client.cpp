#include "tests/adapters/http/raw_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <stdexcept>

namespace carillon::http {

raw_client::raw_client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  const timeval patience{20, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0)
    throw std::runtime_error{"cannot connect"};
}

raw_client::~raw_client() {
  ::close(socket_);
}

bool raw_client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0)
      return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

bool raw_client::receive() {
  char buffer[16 << 10];
  const auto n = ::recv(socket_, buffer, sizeof buffer, 0);
  if (n > 0)
    read_.append(buffer, static_cast<std::size_t>(n));
  return n > 0;
}

raw_answer raw_client::read(bool head) {
  std::size_t end = 0;
  while ((end = read_.find("\r\n\r\n")) == read_.npos) {
    if (!receive())
      throw std::runtime_error{"no answer came"};
  }
  raw_answer answer;
  answer.status = std::stoi(read_.substr(9, 3));
  std::size_t at = read_.find("\r\n") + 2;
  while (at < end + 2) {
    const auto stop = read_.find("\r\n", at);
    const auto line = read_.substr(at, stop - at);
    const auto colon = line.find(": ");
    auto name = line.substr(0, colon);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (colon != line.npos)
      answer.headers[name] = line.substr(colon + 2);
    at = stop + 2;
  }
  read_.erase(0, end + 4);
  const auto found = answer.headers.find("content-length");
  const auto size = head || found == answer.headers.end() ? 0 : std::stoul(found->second);
  while (read_.size() < size) {
    if (!receive())
      throw std::runtime_error{"the answer was cut short"};
  }
  answer.body = read_.substr(0, size);
  read_.erase(0, size);
  return answer;
}

raw_answer raw_client::ask(std::string_view method, std::string_view path, std::string_view token,
                           std::string_view body, std::string_view more_headers) {
  std::string text{method};
  text.append(" ").append(path).append(" HTTP/1.1\r\nHost: localhost\r\n").append(more_headers);
  if (!token.empty())
    text.append("Authorization: Bearer ").append(token).append("\r\n");
  if (!body.empty() || method == "POST" || method == "PUT")
    text.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
  text.append("\r\n").append(body);
  send(text);
  return read(method == "HEAD");
}

bool raw_client::closed() {
  char byte = 0;
  return read_.empty() && ::recv(socket_, &byte, 1, 0) <= 0;
}

}  // namespace carillon::http
