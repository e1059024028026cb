#include "adapters/http/api/handlers.hpp"
#include "adapters/http/query_string.hpp"
#include "adapters/live/event_stream.hpp"
#include "adapters/live/upgrade.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace carillon::http::api {

namespace {

std::string text_of(const request& in, field x) {
  return std::string{in.head[x]};
}

/// A place among the live connections, or the refusal.
result<live::census::place> enter(const call& c) {
  auto place = live::census::enter(c.with.live->connections);
  if (!place)
    return error{errc::busy, "too many live connections are open", {}, seconds{5}};
  return place;
}

/// What every answer of `/api/v1/stream` says besides its type: neither a cache nor a proxy's
/// buffer may hold events back.
constexpr std::string_view stream_headers = "Cache-Control: no-store\r\nX-Accel-Buffering: no\r\n";
constexpr std::string_view stream_type = "text/event-stream";

/// How a stream's answers begin. They end with the connection, as every reader since HTTP/1.0
/// knows: so that an event is the same bytes for everybody.
std::string begin_answer(const call& c, int status, std::string_view content_type) {
  std::string out{"HTTP/1.1 "};
  out.append(std::to_string(status)).append(" ").append(reason_of(status));
  out.append("\r\nDate: ").append(http_date(c.in.now)).append("\r\nVary: Origin\r\n");
  out.append(c.in.cors).append("Content-Type: ").append(content_type);
  return out += "\r\nConnection: close\r\n";
}

std::string stream_head(const call& c) {
  auto out = begin_answer(c, 200, stream_type);
  return out.append(stream_headers).append("\r\nretry: 3000\n\n");
}

/// To a user's connection past `server.max_connections_per_user`.
std::string too_many_answer(const call& c) {
  const auto refusal = problem(
    429, {errc::busy, "too many live connections of this user", {}, seconds{60}}, c.in.trace_id);
  auto out = begin_answer(c, refusal.status, refusal.content_type);
  out.append("Content-Length: ").append(std::to_string(refusal.body.size())).append("\r\n");
  return out.append(refusal.headers).append("\r\n").append(refusal.body);
}

}  // namespace

void get_websocket(const call& c) {
  query_string query{c.in.head.query};
  live::upgrade_request asked;
  asked.get = c.in.head.method == verb::get;
  asked.http_11 = c.in.head.http_11;
  asked.upgrade = text_of(c.in, field::upgrade);
  asked.connection = text_of(c.in, field::connection);
  asked.key = text_of(c.in, field::sec_websocket_key);
  asked.version = text_of(c.in, field::sec_websocket_version);
  asked.protocols = text_of(c.in, field::sec_websocket_protocol);
  asked.who = c.in.who;
  asked.since = query.text("since");
  if (const auto why = query.fault())
    return c.answer(*why);
  if (const auto refusal = live::check_handshake(asked)) {
    auto out = problem(refusal->status, {errc::malformed, refusal->detail}, c.in.trace_id);
    if (refusal->status == 426) {
      add_header(out, "Sec-WebSocket-Version", "13");
      add_header(out, "Upgrade", "websocket");
    }
    return c.answer(std::move(out));
  }
  auto place = enter(c);
  if (!place)
    return c.answer(place.error());
  c.answer.go_live(live::make_upgrade(std::move(asked), std::move(*place)));
}

void get_stream(const call& c) {
  query_string query{c.in.head.query};
  live::stream_request asked;
  asked.who = c.in.who;
  asked.since = query.text("since");
  asked.last_event_id = text_of(c.in, field::last_event_id);
  if (const auto why = query.fault())
    return c.answer(*why);
  if (c.in.head.method == verb::head)
    return c.answer(reply{200, {}, stream_type, std::string{stream_headers}, true, true});
  auto place = enter(c);
  if (!place)
    return c.answer(place.error());
  asked.answers.accepted = std::make_shared<const std::string>(stream_head(c));
  asked.answers.too_many = too_many_answer(c);
  c.answer.go_live(live::make_stream(std::move(asked), std::move(*place)));
}

}  // namespace carillon::http::api
