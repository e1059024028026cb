#pragma once

#include "adapters/http/jwt.hpp"
#include "bin/commands/command.hpp"
#include "protocol/error.hpp"

#include <string>
#include <string_view>

namespace carillon::commands {

/// What a node answered.
struct node_reply {
  int status{0};
  std::string body{};
};

/// A running node, as the commands that talk to it find it: `--url` (else `server.listen`), and
/// `--token` or `CARILLON_TOKEN`, else a token minted with the configured secret.
class node {
 public:
  explicit node(CLI::App& of);

  /// Reads the configuration where it is needed, and mints for `subject`, with `admin` scope where
  /// `as_admin`. False, with the reason on standard error, when that is not possible.
  bool find(const std::string& subject, bool as_admin);

  /// The same for what only the user may ask: a token of another one is none. Where there is a
  /// secret one is minted in its place, else that is refused.
  bool find_as(const std::string& user);

  /// One exchange; the error says what kept it from happening.
  result<node_reply> call(const std::string& method, const std::string& target,
                          const std::string& body = {}) const;

  const std::string& url() const noexcept { return url_; }
  const std::string& token() const noexcept { return token_; }
  const std::string& ca_file() const noexcept { return ca_file_; }

 private:
  /// Learns from the configuration and the environment what was not given; nothing, with the reason
  /// on standard error, where it cannot be read.
  std::optional<config> locate();
  bool mint(const config& how, http::jwt_claims who);

  settings given_;
  std::string url_;
  std::string token_;
  std::string ca_file_;
};

/// Does `call`, prints a refusal with its faults to standard error, and gives the body of a 2xx.
std::optional<std::string> ask(const node& whom, const std::string& method,
                               const std::string& target, const std::string& body = {});

/// Percent-encodes a value for a query or a path.
std::string url_encoded(std::string_view text);

}  // namespace carillon::commands
