#pragma once

#include "protocol/error.hpp"
#include "protocol/time.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace carillon::http {

/// What a request is answered with. The connection adds date, type and length (but to a 204), and
/// whether it stays open.
struct reply {
  int status{200};
  std::string body{};
  std::string_view content_type{"application/json"};
  /// Further header lines, each ended by CRLF.
  std::string headers{};
  /// The connection ends with this answer.
  bool close{false};
  /// Answers a HEAD whose GET would not end: there is no length to tell.
  bool endless{false};
};

/// The phrase that goes with a status.
std::string_view reason_of(int status);

/// A time as the `Date` field has it.
std::string http_date(timestamp at);

/// Adds a header line. `value` must be free of control characters.
void add_header(reply& to, std::string_view name, std::string_view value);

/// A refusal as `application/problem+json`, with the header fields that belong to it
/// (`Retry-After`, `WWW-Authenticate`).
reply problem(const error& why, std::string_view trace_id = {});

/// The same with a status finer than the error's own: 405, 415, 429, 431 …
reply problem(int status, const error& why, std::string_view trace_id = {});

}  // namespace carillon::http
