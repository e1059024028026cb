#include "adapters/http/api/handlers.hpp"
#include "adapters/http/query_string.hpp"

#include <string>
#include <utility>

namespace carillon::http::api {

namespace {

std::string text_of(const request& in, field x) {
  return std::string{in.head[x]};
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
  auto place = live::census::enter(c.with.live->connections);
  if (!place)
    return c.answer(error{errc::busy, "too many live connections are open", {}, seconds{5}});
  c.answer.go_live(std::move(asked), std::move(place));
}

}  // namespace carillon::http::api
