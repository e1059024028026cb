#define CAF_SUITE live_connection

#include "adapters/live/websocket.hpp"
#include "protocol/codec/frames.hpp"
#include "tests/adapters/live/engine_side.hpp"
#include "tests/adapters/live/loopback.hpp"

#include <atomic>
#include <optional>
#include <string>

#include "tests/caf_test.hpp"

namespace live_connection_suite {

using namespace carillon;
using namespace carillon::live;

namespace {

principal_ptr user(timestamp until = timestamp::max()) {
  return std::make_shared<const principal>(
    principal{.subject = "u1", .roles = {}, .stores = {}, .locale = {}, .expires_at = until});
}

/// A masked client frame with a mask of zeros.
std::string client_frame_of(std::uint8_t first, std::string_view payload) {
  auto frame = codec::websocket_frame(0, payload);
  frame[0] = static_cast<char>(first);
  frame[1] = static_cast<char>(frame[1] | 0x80);
  frame.insert(frame.size() - payload.size(), 4, '\0');
  return frame;
}

/// The code of a close frame read raw.
int code_of(std::string_view frame) {
  if (!frame.starts_with("8:") || frame.size() < 4)
    return 0;
  return static_cast<unsigned char>(frame[2]) << 8 | static_cast<unsigned char>(frame[3]);
}

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// What a client reads of an event `said` with this data.
std::string said(const std::string& data) {
  return R"({"event":"said","data":)" + data + "}";
}

struct fixture : engine_side {
  loopback door{shard, services};

  std::unique_ptr<websocket_client> connect(websocket_client::options with = {},
                                            timestamp until = timestamp::max()) {
    return door.connect(std::move(with),
                        [=](auto&, upgrade_request& asked) { asked.who = user(until); });
  }

  std::unique_ptr<websocket_client> connect_envelope() {
    return connect({.protocol = "carillon.v1"});
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(connection_tests, fixture)

CAF_TEST(a push reaches a plain client as one text frame) {
  const auto client = connect();
  const auto who = enter();
  CAF_CHECK(who->format() == frame_format::plain);
  CAF_CHECK_EQUAL(who->who()->subject, "u1");
  CAF_CHECK(!who->since());
  who->push(make_push(7, "库存预警"));
  const auto text = client->read();
  CAF_CHECK(has(text, "\"seq\":7"));
  CAF_CHECK(has(text, "库存预警"));
  CAF_CHECK(text.starts_with("{\"id\":"));
}

CAF_TEST(the subprotocol is agreed on and wraps what is pushed) {
  const auto client = connect({.protocol = "other, carillon.v1"});
  CAF_CHECK_EQUAL(client->answered("Sec-WebSocket-Protocol"), "carillon.v1");
  const auto who = enter();
  who->say({"hello", R"({"seq":0})"});
  who->push(make_push(1));
  CAF_CHECK_EQUAL(client->read(), R"({"event":"hello","data":{"seq":0}})");
  CAF_CHECK(client->read().starts_with("{\"event\":\"notification\",\"data\":{"));
}

CAF_TEST(a client that offers another subprotocol only gets none) {
  try {
    const auto client = connect({.protocol = "carillon.v2"});
    CAF_CHECK_EQUAL(client->answered("Sec-WebSocket-Protocol"), "");
  } catch (const std::exception&) {
    CAF_ERROR("the handshake was refused");
  }
}

CAF_TEST(order holds between what is said and what is pushed) {
  const auto client = connect();
  const auto who = enter();
  for (int i = 0; i < 500; ++i) {
    who->say({"said", std::to_string(i)});
    who->push(make_push(i, "push " + std::to_string(i) + ";"));
  }
  for (int i = 0; i < 500; ++i) {
    CAF_REQUIRE_EQUAL(client->read(), said(std::to_string(i)));
    CAF_REQUIRE(has(client->read(), "push " + std::to_string(i) + ";"));
  }
}

CAF_TEST(commands go to the session one at a time) {
  const auto client = connect_envelope();
  const auto who = enter();
  client->send(R"({"event":"notification:read","data":{"notificationId":"notif-1"}})");
  client->send(R"({"event":"notification:read-all"})");
  client->send(R"({"event":"ping"})");
  const auto first = commands.next();
  CAF_CHECK(first->kind == command_kind::read);
  CAF_CHECK_EQUAL(first->argument, "notif-1");
  CAF_CHECK_EQUAL(first->from->id(), who->id());
  on_shard();
  CAF_CHECK(commands.empty());
  who->resume();
  CAF_CHECK(commands.next()->kind == command_kind::read_all);
  who->say({"said", "1"});
  who->resume();
  CAF_CHECK_EQUAL(client->read(), said("1"));
  CAF_CHECK_EQUAL(client->read(), R"({"event":"pong","data":{}})");
}

CAF_TEST(what a client sends before its session starts waits) {
  const auto client = connect();
  const auto who = attached.next();
  client->send(R"({"event":"notification:read-all"})");
  on_shard();
  CAF_CHECK(commands.empty());
  who->start(session);
  CAF_CHECK(commands.next()->kind == command_kind::read_all);
}

CAF_TEST(bytes sent behind the request are the first frame) {
  const auto early = client_frame_of(0x81, R"({"event":"notification:read-all"})");
  const auto client = door.connect({}, [&](auto& what, upgrade_request& asked) {
    asked.who = user();
    what.leftover = early;
  });
  enter();
  CAF_CHECK(commands.next()->kind == command_kind::read_all);
}

CAF_TEST(a message that cannot be followed is told and the connection stays) {
  const auto client = connect_envelope();
  enter();
  client->send("not json");
  CAF_CHECK(has(client->read(), R"({"event":"error","data":{"code":"malformed")"));
  client->send(R"({"event":"dance"})");
  CAF_CHECK(has(client->read(), R"("code":"invalid")"));
  client->send(R"({"event":"ping"})");
  CAF_CHECK(has(client->read(), "pong"));
}

CAF_TEST(pings are answered by pongs that no message handler sees) {
  const auto client = connect();
  const auto who = enter();
  client->send("ping");
  client->ping("abc");
  client->send(R"({"event":"notification:read-all"})");
  commands.next();
  who->say({"said", "1"});
  CAF_CHECK_EQUAL(client->read(), said("1"));
  CAF_REQUIRE_EQUAL(client->controls().size(), 2u);
  CAF_CHECK_EQUAL(client->controls()[0], "pong ");
  CAF_CHECK_EQUAL(client->controls()[1], "pong abc");
}

CAF_TEST(fragments arrive as one message) {
  const auto client = connect_envelope();
  enter();
  client->send_fragments({"{\"event\":", "\"notif", "ication:read-all\"}"});
  CAF_CHECK(commands.next()->kind == command_kind::read_all);
}

CAF_TEST(a client that closes gets its code back and presence hears of it once) {
  const auto client = connect();
  const auto who = enter();
  CAF_CHECK_EQUAL(counts.live.load(), 1);
  CAF_CHECK_EQUAL(client->close(1000), 1000);
  CAF_CHECK_EQUAL(detached.next(), who->id());
  who->close(close_code::going_away, "late");
  who->push(make_push(1));
  on_shard();
  CAF_CHECK(detached.empty());
}

CAF_TEST(a client that is cut off is detached and its places are given back) {
  auto client = connect();
  const auto id = enter()->id();
  client.reset();
  CAF_CHECK_EQUAL(detached.next(), id);
  on_shard();
  CAF_CHECK_EQUAL(everybody->now(), 0);
  CAF_CHECK_EQUAL(shard.sockets(), 0);
}

CAF_TEST(a close sends what is queued first) {
  const auto client = connect();
  const auto who = enter();
  who->say({"said", "1"});
  who->close(close_code::internal_error, "resume");
  CAF_CHECK_EQUAL(client->read(), said("1"));
  CAF_CHECK_EQUAL(client->read(), "closed 1011 resume");
  CAF_CHECK_EQUAL(detached.next(), who->id());
}

CAF_TEST(a close ends the connection also while a command is in work) {
  const auto client = connect();
  const auto who = enter();
  client->send(R"({"event":"notification:read-all"})");
  commands.next();
  who->close(close_code::going_away, "bye");
  CAF_CHECK_EQUAL(client->read(), "closed 1001 bye");
  CAF_CHECK_EQUAL(counts.changes.next(), 1);
  CAF_CHECK_EQUAL(counts.changes.next(), 0);
}

CAF_TEST(a shard closes all its connections) {
  const auto a = connect();
  const auto b = connect();
  enter();
  shard.close_live(close_code::service_restart, "resume");
  CAF_CHECK_EQUAL(a->read(), "closed 1012 resume");
  CAF_CHECK_EQUAL(b->read(), "closed 1012 resume");
}

CAF_TEST(each broken rule is answered by its close code) {
  const std::string big(70000, 'x');
  const std::pair<std::string, int> cases[] = {
    {codec::websocket_frame(codec::opcode_text, "unmasked"), 1002},
    {client_frame_of(0xc1, "reserved bit"), 1002},
    {client_frame_of(0x83, "reserved opcode"), 1002},
    {client_frame_of(0x80, "continues nothing"), 1002},
    {client_frame_of(0x09, "half a ping"), 1002},
    {client_frame_of(0x82, "binary"), 1003},
    {client_frame_of(0x81, "\xff\xfe"), 1007},
    {client_frame_of(0x81, big), 1009},
    {client_frame_of(0x88, "\x03"), 1002},
    {client_frame_of(0x88, "\x03\xed"), 1002},
  };
  for (const auto& [bytes, code] : cases) {
    const auto client = connect();
    const auto who = enter();
    // More behind it must not keep the close frame from being read.
    client->write_raw(bytes + client_frame_of(0x81, "after") + big);
    CAF_CHECK_EQUAL(code_of(client->read_raw()), code);
    CAF_CHECK_EQUAL(client->read_raw(), "lost");
    CAF_CHECK_EQUAL(detached.next(), who->id());
  }
}

CAF_TEST(frames after a close frame are not followed) {
  const auto client = connect();
  enter();
  client->write_raw(client_frame_of(0x88, "\x03\xe8")
                    + client_frame_of(0x81, R"({"event":"notification:read-all"})"));
  CAF_CHECK_EQUAL(code_of(client->read_raw()), 1000);
  CAF_CHECK_EQUAL(client->read_raw(), "lost");
  CAF_CHECK(commands.empty());
}

CAF_TEST(an empty close frame is answered by one) {
  const auto client = connect();
  enter();
  client->write_raw(client_frame_of(0x88, ""));
  CAF_CHECK_EQUAL(client->read_raw(), "8:");
}

CAF_TEST(an expiring token is announced and then closes the connection) {
  const auto client = connect({.protocol = "carillon.v1"}, now() + seconds{1});
  const auto who = enter();
  CAF_CHECK(client->read().starts_with(R"({"event":"token_expiring","data":{"at":"20)"));
  wall_millis += 1000;
  CAF_CHECK(client->read().starts_with("closed 4401"));
  CAF_CHECK_EQUAL(detached.next(), who->id());
}

CAF_TEST(a token that has expired on the way closes at once) {
  const auto client = connect({}, now());
  const auto who = attached.next();
  CAF_CHECK(client->read().starts_with("closed 4401"));
  CAF_CHECK_EQUAL(detached.next(), who->id());
}

CAF_TEST(a drained queue is told once when asked) {
  const auto client = connect();
  const auto who = enter();
  who->tell_when_drained();
  CAF_CHECK_EQUAL(drained.next(), who->id());
  who->say({"said", "1"});
  client->read();
  on_shard();
  CAF_CHECK(drained.empty());
}

CAF_TEST(the bound of live connections is kept) {
  const auto few = std::make_shared<census>(1, counts);
  const auto first = census::enter(few);
  CAF_CHECK(static_cast<bool>(first));
  CAF_CHECK(!census::enter(few));
  CAF_CHECK_EQUAL(few->now(), 1);
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace live_connection_suite
