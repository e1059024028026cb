// `/socket.io/`: the requests of Engine.IO 4, on the way to the session they belong to.

#include "adapters/http/api/handlers.hpp"
#include "adapters/http/gate.hpp"
#include "adapters/http/query_string.hpp"
#include "adapters/live/upgrade.hpp"
#include "adapters/socketio/entrance.hpp"
#include "adapters/socketio/registry.hpp"

#include <optional>
#include <string>
#include <utility>

namespace carillon::http::api {

namespace {

using codec::engine_fault;

reply rendered(socketio::polled what) {
  return {what.status, std::move(what.body), what.content_type, "Cache-Control: no-store\r\n"};
}

void refuse(const call& c, engine_fault why) {
  c.answer(rendered(socketio::refusal(why)));
}

/// The answer that makes the connection a WebSocket; nothing where the request asks for none.
std::optional<std::string> greeting_of(const request_head& head) {
  live::upgrade_request asked;
  asked.get = head.method == verb::get;
  asked.http_11 = head.http_11;
  asked.upgrade = head[field::upgrade];
  asked.connection = head[field::connection];
  asked.key = head[field::sec_websocket_key];
  asked.version = head[field::sec_websocket_version];
  if (live::check_handshake(asked))
    return std::nullopt;
  return live::switching_protocols(live::accept_key(asked.key));
}

/// Has the session do it on its own shard.
template <class Do>
void on_its_shard(const call& c, socketio::client_ptr whose, Do what) {
  auto& home = whose->home();
  home.post([whose = std::move(whose), what = std::move(what),
             to = c.answer.promise<socketio::polled>(rendered)]() mutable {
    what(whose->line(), std::move(to));
  });
}

/// What the client says before its CONNECT packet. That packet is where a token is refused, so
/// that the client hears why.
socketio::introduction introduction_of(const call& c, const query_string& query) {
  socketio::introduction out;
  out.token = bearer_of(c.in.head[field::authorization]);
  if (out.token.empty())
    out.token = query.text("token").value_or("");
  out.since = query.text("since");
  return out;
}

void begin(const call& c, const query_string& query, std::optional<std::string> greeting) {
  socketio::newcomer who{c.with.socketio, introduction_of(c, query),
                         c.with.socketio->clients->admit_stranger()};
  if (!who.stranger || c.with.live->connections->full())
    return c.answer(error{errc::busy, "too many live connections are open", {}, seconds{5}});
  if (greeting)
    return c.answer.go_live(socketio::make_session(std::move(who), std::move(*greeting)));
  socketio::begin_polling(c.on, std::move(who), c.answer.promise<socketio::polled>(rendered));
}

}  // namespace

void get_socket_io(const call& c) {
  const query_string query{c.in.head.query};
  const auto transport = query.text("transport").value_or("");
  if (transport != "polling" && transport != "websocket")
    return refuse(c, engine_fault::unknown_transport);
  const auto sid = query.text("sid");
  if (!sid && query.text("EIO") != "4")
    return refuse(c, engine_fault::unsupported_version);
  auto greeting = greeting_of(c.in.head);
  if (greeting.has_value() != (transport == "websocket"))
    return refuse(c, engine_fault::bad_request);
  if (!sid)
    return begin(c, query, std::move(greeting));
  auto whose = c.with.socketio->clients->find(*sid);
  if (!whose)
    return refuse(c, engine_fault::unknown_session);
  if (greeting)
    return c.answer.go_live(socketio::make_upgrade(std::move(whose), std::move(*greeting)));
  on_its_shard(c, std::move(whose),
               [](socketio::link& line, socketio::poll_answer to) { line.poll(std::move(to)); });
}

void post_socket_io(const call& c) {
  const query_string query{c.in.head.query};
  if (query.text("transport") != "polling")
    return refuse(c, engine_fault::unknown_transport);
  const auto sid = query.text("sid");
  if (!sid)
    return refuse(c, engine_fault::bad_method);
  auto whose = c.with.socketio->clients->find(*sid);
  if (!whose)
    return refuse(c, engine_fault::unknown_session);
  on_its_shard(
    c, std::move(whose),
    [body = std::string{c.in.body}](socketio::link& line, socketio::poll_answer to) mutable {
      line.post(std::move(body), std::move(to));
    });
}

}  // namespace carillon::http::api
