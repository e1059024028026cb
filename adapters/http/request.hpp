#pragma once

#include "protocol/principal.hpp"
#include "protocol/time.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace carillon::http {

enum class verb : std::uint8_t { get, head, post, put, delete_, patch, options, other };

inline constexpr std::size_t verb_count = 8;

std::string_view to_string(verb x);

/// The header fields that mean something here; all others are passed over.
enum class field : std::uint8_t {
  access_control_request_method,
  authorization,
  ce_id,
  ce_locale,
  ce_priority,
  ce_recipient,
  ce_source,
  ce_specversion,
  ce_subid,
  ce_subject,
  ce_time,
  ce_traceparent,
  ce_type,
  connection,
  content_type,
  expect,
  host,
  idempotency_key,
  last_event_id,
  origin,
  sec_websocket_key,
  sec_websocket_protocol,
  sec_websocket_version,
  traceparent,
  transfer_encoding,
  upgrade,
  webhook_id,
  webhook_signature,
  webhook_timestamp,
  x_hub_signature_256,
  none,
};

inline constexpr std::size_t field_count = static_cast<std::size_t>(field::none);

/// The head of a request: views into the text it was read from.
struct request_head {
  verb method{verb::other};
  std::string_view method_text{};
  /// As sent; `path` and `query` are its parts before and after the first `?`.
  std::string_view target{};
  std::string_view path{};
  std::string_view query{};
  bool http_11{true};
  bool keep_alive{true};
  bool chunked{false};
  std::optional<std::uint64_t> content_length{};
  /// The first value of each; a repeated list field is in `repeated`.
  std::array<std::string_view, field_count> fields{};
  /// One bit for each field that came more than once.
  std::uint32_t repeated{0};

  std::string_view operator[](field x) const noexcept {
    return fields[static_cast<std::size_t>(x)];
  }
  bool is_repeated(field x) const noexcept {
    return (repeated >> static_cast<unsigned>(x) & 1) != 0;
  }
};

/// A request in work, as a handler sees it. Its views last until the handler returns.
struct request {
  request_head head{};
  std::string_view body{};
  /// What stands at the pattern's `{id}`.
  std::string_view id{};
  /// Who asks; null on open paths.
  principal_ptr who{};
  /// From `traceparent`; empty without one.
  std::string_view trace_id{};
  /// Header lines that let the page which asks read the answer; they are on every answer that the
  /// connection itself writes.
  std::string cors{};
  timestamp now{};
  steady_time arrived{};
  /// The place at the door; a handler that hands work on hands this on with it.
  std::shared_ptr<void> ticket{};
};

}  // namespace carillon::http
