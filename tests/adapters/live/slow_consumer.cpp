#define CAF_SUITE live_slow_consumer

#include "adapters/live/websocket.hpp"
#include "tests/adapters/live/engine_side.hpp"
#include "tests/adapters/live/loopback.hpp"

#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/caf_test.hpp"

namespace live_slow_consumer_suite {

using namespace carillon;
using namespace carillon::live;

namespace {

/// A plain stream that counts its writes and takes at most so many bytes a time.
class counting_stream final : public stream {
 public:
  counting_stream(stream& from, std::atomic<int>& writes, std::atomic<std::size_t>& bite)
      : stream(std::move(from.socket())), writes_(writes), bite_(bite) {}

  progress handshake() override { return {}; }

  progress read(std::span<char> into) override {
    const auto n = ::recv(socket_.native_handle(), into.data(), into.size(), 0);
    if (n <= 0)
      return {n == 0 ? state::closed : state::want_read};
    return {state::done, static_cast<std::size_t>(n)};
  }

  progress write(std::span<const iovec> from) override {
    std::string all;
    for (const auto& each : from)
      all.append(static_cast<const char*>(each.iov_base), each.iov_len);
    all.resize(std::min<std::size_t>(all.size(), bite_));
    const auto n = ::send(socket_.native_handle(), all.data(), all.size(), MSG_NOSIGNAL);
    if (n < 0)
      return {errno == EAGAIN ? state::want_write : state::failed};
    ++writes_;
    return {state::done, static_cast<std::size_t>(n)};
  }

 private:
  std::atomic<int>& writes_;
  std::atomic<std::size_t>& bite_;
};

struct fixture : engine_side {
  std::atomic<int> writes{0};
  std::atomic<std::size_t> bite{1 << 20};
  loopback door{shard, services};

  std::unique_ptr<websocket_client> connect(int buffer = 0) {
    return door.connect({.receive_buffer = buffer}, [=, this](auto& what, auto& asked) {
      auto& over = what.over;
      asked.who = std::make_shared<const principal>();
      if (buffer > 0)
        over->socket().set_option(boost::asio::socket_base::send_buffer_size(buffer));
      over = std::make_unique<counting_stream>(*over, writes, bite);
    });
  }

  /// What the client gets until its end: the seqs of whole messages, then how it ended.
  static std::pair<std::vector<std::string>, std::string> read_all(websocket_client& client) {
    std::vector<std::string> messages;
    for (;;) {
      auto next = client.read();
      if (!next.starts_with('{'))
        return {std::move(messages), std::move(next)};
      messages.push_back(std::move(next));
    }
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(slow_consumer_tests, fixture)

CAF_TEST(what one batch brings to a connection is one write) {
  const auto client = connect();
  const auto who = enter();
  on_shard();
  const auto before = writes.load();
  on_shard([&] {
    for (int i = 0; i < 64; ++i)
      who->push(make_push(i));
  });
  on_shard();
  CAF_CHECK_EQUAL(writes.load() - before, 1);
  CAF_CHECK_EQUAL(counts.pushes.load(), 64);
  for (int i = 0; i < 64; ++i)
    client->read();
}

CAF_TEST(a push to many connections is counted once) {
  std::vector<std::unique_ptr<websocket_client>> clients;
  std::vector<connection_ptr> all;
  for (int i = 0; i < 5; ++i) {
    clients.push_back(connect());
    all.push_back(enter());
  }
  on_shard([&] {
    const auto what = make_push(1);
    const auto other = make_push(2);
    for (const auto& each : all) {
      each->push(what);
      each->push(other);
    }
  });
  on_shard();
  CAF_CHECK_EQUAL(counts.pushes.load(), 2);
}

CAF_TEST(a push is let go of once every connection has queued it) {
  const auto client = connect();
  const auto who = enter();
  std::atomic<bool> released{false};
  who->push(make_push(1, "t", [&] { released = true; }));
  client->read();
  on_shard();
  CAF_CHECK(released);
}

CAF_TEST(a slow consumer gets whole frames and then 1013) {
  bite = 77;  // so that borders of frames and writes differ
  const auto client = connect(4096);
  const auto who = enter();
  const std::string filler(200, 'x');
  for (int i = 0; i < 5000; ++i)
    who->push(make_push(i + 1, filler));
  CAF_CHECK_EQUAL(detached.next(), who->id());
  const auto [messages, end] = read_all(*client);
  CAF_CHECK(end.starts_with("closed 1013"));
  CAF_CHECK(messages.size() < 5000u);
  for (std::size_t i = 0; i < messages.size(); ++i)
    if (messages[i].find("\"seq\":" + std::to_string(i + 1)) == std::string::npos)
      CAF_ERROR("message " << i << " is not the one pushed");
}

CAF_TEST(a queue is bounded in bytes too) {
  const auto client = connect(4096);
  const auto who = enter();
  const std::string page(100'000, 'x');
  for (int i = 0; i < 100; ++i)
    who->say({"page", '"' + page + '"'});
  CAF_CHECK_EQUAL(detached.next(), who->id());
  const auto [messages, end] = read_all(*client);
  CAF_CHECK(end.starts_with("closed 1013"));
  CAF_CHECK(messages.size() <= 13u);
}

CAF_TEST(a fast consumer takes more than a queue holds in one batch) {
  const auto client = connect();
  const auto who = enter();
  constexpr int count = 1500;
  on_shard([&] {
    for (int i = 0; i < count; ++i)
      who->push(make_push(i));
  });
  for (int i = 0; i < count; ++i)
    CAF_REQUIRE(client->read().starts_with('{'));
}

CAF_TEST(a consumer that takes nothing any more is reset after its time) {
  const auto client = connect(4096);
  const auto who = enter();
  for (int i = 0; i < 5000; ++i)
    who->push(make_push(i, std::string(200, 'x')));
  CAF_CHECK_EQUAL(detached.next(), who->id());
  const auto since = std::chrono::steady_clock::now();
  CAF_CHECK_EQUAL(counts.changes.next(), 1);
  CAF_CHECK_EQUAL(counts.changes.next(), 0);
  CAF_CHECK(std::chrono::steady_clock::now() - since >= std::chrono::seconds(4));
  on_shard();
  CAF_CHECK_EQUAL(queues->total(), 0u);
}

CAF_TEST(a queue that is not full stays and drains when its reader comes back) {
  const auto client = connect(4096);
  const auto who = enter();
  for (int i = 0; i < 900; ++i)
    who->push(make_push(i, std::string(200, 'x')));
  who->tell_when_drained();
  on_shard();
  CAF_CHECK(queues->total() > 0);
  CAF_CHECK(drained.empty());
  for (int i = 0; i < 900; ++i)
    CAF_REQUIRE(client->read().starts_with('{'));
  CAF_CHECK_EQUAL(drained.next(), who->id());
  on_shard();
  CAF_CHECK_EQUAL(queues->total(), 0u);
}

CAF_TEST_FIXTURE_SCOPE_END()

CAF_TEST(past the common bound the fullest connection is closed) {
  struct dummy final : connection {
    explicit dummy(std::uint64_t n) : n_(n) {}
    std::uint64_t id() const noexcept override { return n_; }
    const principal_ptr& who() const noexcept override { return who_; }
    frame_format format() const noexcept override { return frame_format::plain; }
    std::optional<std::int64_t> since() const noexcept override { return {}; }
    void start(const session_actor&) override {}
    void push(push_ptr) override {}
    void say(live_event) override {}
    void tell_when_drained() override {}
    void resume() override {}
    void close(close_code code, std::string) override { closed = static_cast<int>(code); }
    std::uint64_t n_;
    principal_ptr who_;
    int closed = 0;
  };
  const auto a = std::make_shared<dummy>(1);
  const auto b = std::make_shared<dummy>(2);
  const auto c = std::make_shared<dummy>(3);
  backlog books{1000};
  books.record(a, 300);
  books.record(b, 500);
  books.record(a, 400);
  CAF_CHECK_EQUAL(books.total(), 900u);
  books.record(c, 200);
  CAF_CHECK_EQUAL(b->closed, 1013);
  CAF_CHECK_EQUAL(a->closed + c->closed, 0);
  CAF_CHECK_EQUAL(books.total(), 600u);
  books.record(a, 0);
  books.record(b, 0);
  CAF_CHECK_EQUAL(books.total(), 200u);
}

}  // namespace live_slow_consumer_suite
