#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace carillon::http {

/// An answer as it came over the wire; names of header fields in lower case.
struct raw_answer {
  int status{0};
  std::map<std::string, std::string> headers{};
  std::string body{};
};

/// A TCP connection that sends any bytes at all, right or wrong.
class raw_client {
 public:
  explicit raw_client(std::uint16_t port);
  ~raw_client();
  raw_client(const raw_client&) = delete;
  raw_client& operator=(const raw_client&) = delete;

  /// False where the peer has closed.
  bool send(std::string_view bytes);

  /// The next answer; throws `std::runtime_error` where none comes within 20 s. That to HEAD has
  /// no body.
  raw_answer read(bool head = false);

  /// Sends a request with a token, reads its answer.
  raw_answer ask(std::string_view method, std::string_view path, std::string_view token = {},
                 std::string_view body = {}, std::string_view more_headers = {});

  /// Waits for the peer's end of the connection; false where it sends something instead.
  bool closed();

 private:
  bool receive();

  int socket_;
  std::string read_;
};

}  // namespace carillon::http
