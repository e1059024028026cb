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
  /// Asks for HTTP/2 where the URL is https, many requests on one connection.
  bool http2{false};
};

/// A line for the `log` channel.
struct log_request {
  std::string line{};
};

/// How an SMTP connection is protected: from its first byte, by STARTTLS that must succeed, or not
/// at all.
enum class mail_security : std::uint8_t { tls, starttls, none };

/// True for `localhost` and the literal addresses of loopback: what is said to such a host in clear
/// does not leave the machine.
bool is_loopback(std::string_view host);

/// One message to one mailbox through an SMTP server (RFC 5321). Its answer is a `response` with
/// the last reply's code as status and its text as body; the header `command` says what was replied
/// to: `connect`, `ehlo`, `starttls`, `auth`, `mail`, `rcpt`, `data`, `message` (the final dot) or
/// `noop`. A connection that breaks after the final dot is `no_answer`; before it, nothing was
/// sent.
struct mail_request {
  std::string host{};
  std::uint16_t port{587};
  mail_security security{mail_security::starttls};
  /// Empty where the server takes mail without; never sent in clear but to loopback.
  std::string username{};
  std::string password{};
  /// The envelope: bare addresses. Without `to` nobody is sent anything: the server is only
  /// greeted, logged in to and asked NOOP.
  std::string from{};
  std::string to{};
  /// Header and body, lines ended by CR LF, not yet dot-stuffed.
  std::string message{};
  /// A file of certificates to trust in place of what `[outbound]` says.
  std::string ca_file{};
  milliseconds timeout{60000};
  /// As of `http_request`.
  bool guarded{false};
};

using request = std::variant<http_request, log_request, mail_request>;

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

/// Whether the other end of a connection has said anything on it. While it is silent it may not
/// have taken the connection yet, and what is written lies before its door.
enum class peer : std::uint8_t { heard, silent };

/// Sends requests. One for each kind of request; `bin` puts them together.
class transport {
 public:
  using done = std::function<void(transport_result)>;
  using written = std::function<void(peer)>;

  virtual ~transport() = default;

  /// Starts an exchange and returns at once; `tell` is called exactly once, from a thread of the
  /// transport's, also when the node stops. `note`, where given, is called when the request is
  /// written, that of a mail when its last byte is: at most once, before `tell`, and not at all
  /// where it never came so far.
  virtual void send(request what, done tell, written note = {}) = 0;
};

using transport_ptr = std::shared_ptr<transport>;

}  // namespace carillon
