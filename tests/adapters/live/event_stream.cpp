#define CAF_SUITE live_event_stream

#include "adapters/live/event_stream.hpp"

#include "adapters/plain_stream.hpp"
#include "tests/adapters/live/engine_side.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tests/caf_test.hpp"

namespace live_event_stream_suite {

using namespace carillon;
using namespace carillon::live;

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

/// Reads a stream event by event: what stands between empty lines.
class listener {
 public:
  listener(const tcp::endpoint& at, int receive_buffer) {
    socket_.open(tcp::v4());
    if (receive_buffer > 0)
      socket_.set_option(asio::socket_base::receive_buffer_size(receive_buffer));
    socket_.connect(at);
  }

  /// `end` at the end of the stream, `lost` where it is cut off.
  std::string next() {
    boost::system::error_code failed;
    const auto size = asio::read_until(socket_, asio::dynamic_buffer(text_), "\n\n", failed);
    if (failed)
      return failed == asio::error::eof && text_.empty() ? "end" : "lost";
    auto out = text_.substr(0, size - 2);
    text_.erase(0, size);
    return out;
  }

  /// Nothing has come so far.
  bool silent() { return text_.empty() && socket_.available() == 0; }

  void write(std::string_view bytes) { asio::write(socket_, asio::buffer(bytes)); }
  void leave() { socket_.close(); }

 private:
  asio::io_context context_;
  tcp::socket socket_{context_};
  std::string text_;
};

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

struct fixture : engine_side {
  explicit fixture(seconds heartbeat = seconds{25}) : engine_side(heartbeat) {}

  std::unique_ptr<listener> connect(stream_request asked = {}, int buffer = 0) {
    auto client = std::make_unique<listener>(door.local_endpoint(), buffer);
    stream::socket_type socket{shard.context()};
    door.accept(socket);
    socket.non_blocking(true);
    if (buffer > 0)
      socket.set_option(asio::socket_base::send_buffer_size(buffer));
    if (!asked.who)
      asked.who = std::make_shared<const principal>(principal{.subject = "u"});
    asked.answers = {std::make_shared<const std::string>("head\n\n"), "too many\n\n", {}};
    std::shared_ptr<takeover> by{make_stream(std::move(asked), census::enter(everybody))};
    auto what = std::make_shared<departure>();
    what->over = std::make_unique<plain_stream>(std::move(socket));
    what->seat = shard.take_seat();
    what->leftover = "GET / HTTP/1.1";
    what->answered = [this](int status) { statuses.put(status); };
    shard.post([=, this] { by->carry_out(shard, services, std::move(*what)); });
    return client;
  }

  /// One that has read the head.
  std::unique_ptr<listener> open(connection_ptr& who, int buffer = 0) {
    auto client = connect({}, buffer);
    who = enter();
    CAF_REQUIRE_EQUAL(client->next(), "head");
    return client;
  }

  /// What a client that asks so resumes from.
  std::optional<std::int64_t> since_of(stream_request asked) {
    const auto client = connect(std::move(asked));
    return attached.next()->since();
  }

  arrivals<int> statuses;  ///< that requests were answered with
  asio::io_context outside;
  tcp::acceptor door{outside, {asio::ip::address_v4::loopback(), 0}};
};

struct impatient : fixture {
  impatient() : fixture(seconds{1}) {}
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(event_stream_tests, fixture)

CAF_TEST(the head waits until a session takes the stream) {
  const auto client = connect();
  const auto who = attached.next();
  CAF_CHECK(who->format() == frame_format::sse);
  who->say({"hello", "{}"});
  on_shard();
  CAF_CHECK(client->silent());
  CAF_CHECK(statuses.empty());
  who->start(session);
  CAF_CHECK_EQUAL(client->next(), "head");
  CAF_CHECK_EQUAL(client->next(), "event: hello\ndata: {}");
  CAF_CHECK_EQUAL(statuses.next(), 200);
}

CAF_TEST(notifications carry their seq as id and other events none) {
  connection_ptr who;
  const auto client = open(who);
  who->push(make_push(7, "库存预警"));
  who->say({"unread_count", R"({"unread_count":1})"});
  who->push(make_push(8));
  const auto first = client->next();
  CAF_CHECK(first.starts_with("event: notification\nid: 7\ndata: {\"id\":"));
  CAF_CHECK(has(first, "库存预警"));
  CAF_CHECK_EQUAL(client->next(), "event: unread_count\ndata: {\"unread_count\":1}");
  CAF_CHECK(client->next().starts_with("event: notification\nid: 8\ndata: {"));
}

CAF_TEST(a stream resumes from the last event it had before where its address says) {
  CAF_CHECK(!since_of({}));
  CAF_CHECK_EQUAL(*since_of({.since = "12"}), 12);
  CAF_CHECK_EQUAL(*since_of({.last_event_id = "34"}), 34);
  CAF_CHECK_EQUAL(*since_of({.since = "12", .last_event_id = "34"}), 34);
  constexpr auto never = std::numeric_limits<std::int64_t>::max();
  for (const auto* each : {"", "x", "-1", "1.5", "99999999999999999999"})
    CAF_CHECK_EQUAL(*since_of({.since = each}), never);
  CAF_CHECK_EQUAL(*since_of({.since = "12", .last_event_id = "x"}), never);
}

CAF_TEST(a close tells its code behind what is queued and then ends the stream) {
  connection_ptr who;
  const auto client = open(who);
  who->push(make_push(1));
  who->close(close_code::going_away, "the node stops");
  who->push(make_push(2));
  CAF_CHECK(client->next().starts_with("event: notification\nid: 1\n"));
  CAF_CHECK_EQUAL(client->next(),
                  "event: close\ndata: {\"code\":1001,\"reason\":\"the node stops\"}");
  CAF_CHECK_EQUAL(client->next(), "end");
  CAF_CHECK_EQUAL(detached.next(), who->id());
}

CAF_TEST(a connection too many of a user is refused instead of the head) {
  const auto client = connect();
  const auto who = attached.next();
  who->close(close_code::too_many_connections, "too many");
  CAF_CHECK_EQUAL(client->next(), "too many");
  CAF_CHECK_EQUAL(client->next(), "end");
  CAF_CHECK_EQUAL(statuses.next(), 429);
  CAF_CHECK(statuses.empty());
  CAF_CHECK_EQUAL(detached.next(), who->id());
}

CAF_TEST(any other end before the head is told behind it) {
  for (const auto code : {close_code::try_again_later, close_code::service_restart}) {
    const auto client = connect();
    const auto who = attached.next();
    who->say({"hello", "{}"});
    who->close(code, "resume");
    CAF_CHECK_EQUAL(client->next(), "head");
    CAF_CHECK(has(client->next(), "\"code\":" + std::to_string(static_cast<int>(code))));
    CAF_CHECK_EQUAL(client->next(), "end");
  }
}

CAF_TEST(a shard closes its event streams too) {
  connection_ptr who;
  const auto client = open(who);
  shard.close_live(close_code::service_restart, "resume");
  CAF_CHECK(has(client->next(), "\"code\":1012"));
  CAF_CHECK_EQUAL(client->next(), "end");
}

CAF_TEST(what a listener sends is thrown away) {
  connection_ptr who;
  const auto client = open(who);
  client->write("GET / HTTP/1.1\r\nHost: x\r\n\r\n" + std::string(300'000, 'x'));
  who->push(make_push(1));
  CAF_CHECK(client->next().starts_with("event: notification"));
  CAF_CHECK(commands.empty());
}

CAF_TEST(a listener that leaves is detached and its places are given back) {
  connection_ptr who;
  const auto client = open(who);
  client->leave();
  CAF_CHECK_EQUAL(detached.next(), who->id());
  on_shard();
  CAF_CHECK_EQUAL(everybody->now(), 0);
  CAF_CHECK_EQUAL(shard.sockets(), 0);
}

CAF_TEST(a listener that leaves before its session is there is detached) {
  const auto client = connect();
  const auto who = attached.next();
  client->leave();
  CAF_CHECK_EQUAL(detached.next(), who->id());
}

CAF_TEST(a slow listener gets whole events and then the end) {
  connection_ptr who;
  const auto client = open(who, 4096);
  for (int i = 1; i <= 5000; ++i)
    who->push(make_push(i, std::string(200, 'x')));
  CAF_CHECK_EQUAL(detached.next(), who->id());
  int seq = 0;
  auto next = client->next();
  for (; next.starts_with("event: notification\n"); next = client->next()) {
    CAF_CHECK(has(next, "\nid: " + std::to_string(++seq) + "\n"));
    CAF_CHECK(next.ends_with('}'));
  }
  CAF_CHECK(has(next, "event: close\ndata: {\"code\":1013"));
  CAF_CHECK(seq < 5000);
  CAF_CHECK_EQUAL(client->next(), "end");
}

CAF_TEST(a queue drains when its listener comes back) {
  connection_ptr who;
  const auto client = open(who, 4096);
  for (int i = 0; i < 900; ++i)
    who->push(make_push(i, std::string(200, 'x')));
  who->tell_when_drained();
  on_shard();
  CAF_CHECK(drained.empty());
  for (int i = 0; i < 900; ++i)
    CAF_REQUIRE(client->next().starts_with("event: notification\n"));
  CAF_CHECK_EQUAL(drained.next(), who->id());
  on_shard();
  CAF_CHECK_EQUAL(queues->total(), 0u);
}

CAF_TEST(an expiring token is announced and then ends the stream) {
  stream_request asked;
  asked.who =
    std::make_shared<const principal>(principal{.subject = "u", .expires_at = now() + seconds{1}});
  const auto client = connect(std::move(asked));
  const auto who = enter();
  CAF_CHECK_EQUAL(client->next(), "head");
  CAF_CHECK(client->next().starts_with("event: token_expiring\ndata: {\"at\":\"20"));
  wall_millis += 1000;
  CAF_CHECK(has(client->next(), "event: close\ndata: {\"code\":4401"));
  CAF_CHECK_EQUAL(client->next(), "end");
}

CAF_TEST_FIXTURE_SCOPE_END()

CAF_TEST_FIXTURE_SCOPE(impatient_tests, impatient)

CAF_TEST(a quiet stream is kept in use by comments) {
  connection_ptr who;
  const auto client = open(who);
  CAF_CHECK_EQUAL(client->next(), ":");
  CAF_CHECK_EQUAL(client->next(), ":");
  who->push(make_push(1));
  auto next = client->next();
  while (next == ":")
    next = client->next();
  CAF_CHECK(next.starts_with("event: notification\n"));
}

CAF_TEST(a listener that takes nothing for two heartbeats is given up) {
  connection_ptr who;
  const auto client = open(who, 4096);
  for (int i = 0; i < 500; ++i)
    who->push(make_push(i, std::string(200, 'x')));
  CAF_CHECK_EQUAL(detached.next(), who->id());
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace live_event_stream_suite
