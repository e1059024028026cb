#pragma once

#include "protocol/time.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace carillon {

/// One HTTP exchange as a channel wants it, sent byte for byte.
struct http_request {
  std::string method{"POST"};
  std::string url{};
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
  milliseconds timeout{15000};
  /// The URL came through the API: loopback, link-local and private addresses are refused, on the
  /// address connected to, unless the operator allowed them.
  bool guarded{false};
};

/// A line for the `log` channel.
struct log_request {
  std::string line{};
};

using request = std::variant<http_request, log_request>;

/// What a provider answered; names of headers in lower case, the body's first 64 KiB.
struct response {
  int status{0};
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};

  /// The value of a header, or empty.
  std::string_view header(std::string_view name) const {
    for (auto& [key, value] : headers)
      if (key == name)
        return value;
    return {};
  }
};

/// Why there is no answer.
enum class transport_failure : std::uint8_t {
  resolve,    ///< the name has no address
  connect,    ///< nobody listens, or the network says no
  tls,        ///< the certificate or the handshake was refused
  timeout,    ///< no connection within the time
  no_answer,  ///< sent, perhaps received: a timeout or a break after the request was written
  refused,    ///< the guard: an address that may not be reached
  bad_url,    ///< not an http or https URL
  cancelled,  ///< the node is stopping
};

std::string_view to_string(transport_failure x);

/// A failed exchange; `text` holds no URL and no secret.
struct transport_error {
  transport_failure what{transport_failure::connect};
  std::string text{};
};

using transport_result = std::variant<response, transport_error>;

/// Sends requests. One for each kind of request; `bin` puts them together.
class transport {
 public:
  using done = std::function<void(transport_result)>;

  virtual ~transport() = default;

  /// Starts an exchange and returns at once; `tell` is called exactly once, from a thread of the
  /// transport's, also when the node stops.
  virtual void send(request what, done tell) = 0;
};

using transport_ptr = std::shared_ptr<transport>;

}  // namespace carillon
