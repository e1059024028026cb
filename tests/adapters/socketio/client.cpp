#define CAF_SUITE socketio_client

#include "adapters/socketio/client.hpp"

#include "adapters/socketio/registry.hpp"
#include "protocol/codec/live_events.hpp"
#include "tests/adapters/live/engine_side.hpp"

#include <memory>
#include <string>
#include <utility>

#include "tests/caf_test.hpp"

namespace socketio_client_suite {

using namespace carillon;
using namespace carillon::socketio;

namespace {

/// A client that polls, on a shard with actors around it.
struct fixture {
  explicit fixture(seconds heartbeat = seconds{25}) : side(heartbeat) {
    auto made = std::make_shared<services>();
    made->live = side.services;
    made->check = [](std::string_view token) -> result<principal_ptr> {
      if (token != "good")
        return error{errc::unauthorized, "not a good token"};
      auto who = std::make_shared<principal>();
      who->subject = "mia";
      return principal_ptr{std::move(who)};
    };
    made->clients = std::make_shared<registry>(1);
    with = made;
    side.on_shard([this] {
      auto one =
        std::make_shared<client>(side.shard, with, introduction{}, with->clients->admit_stranger());
      sid = one->line().sid();
      one->begin();
      one->line().open(answer());
    });
    CAF_REQUIRE(answers.next().body.starts_with("0{"));
  }

  poll_answer answer() {
    return poll_answer{[this](result<polled> x) { answers.put(x ? *x : polled{500}); }};
  }

  client_ptr it() const { return with->clients->find(sid); }

  /// The next answer to a GET; `gone` where there is no session any more.
  std::string poll() {
    side.on_shard([this] {
      if (const auto who = it())
        who->line().poll(answer());
      else
        answers.put({400, "gone"});
    });
    return answers.next().body;
  }

  polled post(const std::string& body) {
    side.on_shard([&] { it()->line().post(body, answer()); });
    return answers.next();
  }

  /// In the namespace, with its session's greeting polled.
  connection_ptr connect() {
    CAF_REQUIRE_EQUAL(post(R"(40{"token":"good"})").body, "ok");
    auto entered = side.enter();
    CAF_REQUIRE(poll().starts_with("40{"));
    return entered;
  }

  live::arrivals<polled> answers;  ///< outlives the shard, whose end answers what waits
  live::engine_side side;
  services_ptr with;
  std::string sid;
};

struct hasty : fixture {
  hasty() : fixture(seconds{1}) {}
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(polling_clients, fixture)

CAF_TEST(a client attaches once it has said who it is and detaches when it leaves) {
  CAF_CHECK_EQUAL(post(R"(40{"token":"bad"})").body, "ok");
  CAF_CHECK(poll().starts_with(R"(44{"message":"not a good token")"));
  CAF_CHECK(side.attached.empty());
  CAF_CHECK_EQUAL(side.everybody->now(), 0);
  const auto entered = connect();
  CAF_CHECK_EQUAL(entered->who()->subject, "mia");
  CAF_CHECK_EQUAL(side.everybody->now(), 1);
  CAF_CHECK_EQUAL(post("41").body, "ok");
  CAF_CHECK_EQUAL(side.detached.next(), entered->id());
  CAF_CHECK_EQUAL(side.everybody->now(), 0);
}

CAF_TEST(what is said before the session takes it follows the greeting) {
  CAF_REQUIRE_EQUAL(post(R"(40{"token":"good"})").body, "ok");
  const auto entered = side.attached.next();
  entered->say(codec::hello_event("1", "mia", seconds{25}, 41, 0));
  entered->start(side.session);
  side.on_shard();
  const auto body = poll();
  const auto second = body.find('\x1e');
  CAF_CHECK(body.starts_with("40{"));
  CAF_REQUIRE(second != body.npos);
  CAF_CHECK(body.substr(second + 1).starts_with(R"(42["hello",{)"));
  CAF_CHECK(body.ends_with(R"(},"41"])"));
}

CAF_TEST(pushes that wait are polled together) {
  const auto entered = connect();
  entered->push(live::make_push(1));
  entered->push(live::make_push(2));
  side.on_shard();
  const auto body = poll();
  CAF_CHECK(body.starts_with(R"(42["notification",{)"));
  CAF_CHECK(body.find("\x1e"
                      R"(42["notification",{)")
            != body.npos);
  CAF_CHECK(body.ends_with(R"("2"])"));
}

CAF_TEST(a client that fetches too little is closed and gets none of what waited) {
  const auto entered = connect();
  for (int i = 1; i < 200; ++i)
    entered->push(live::make_push(i, std::string(10'000, 'x')));
  CAF_CHECK_EQUAL(side.detached.next(), entered->id());
  CAF_CHECK_EQUAL(poll(), "1");
  CAF_CHECK_EQUAL(poll(), "gone");
  CAF_CHECK_EQUAL(side.queues->total(), 0u);
}

CAF_TEST(one event is in work at a time and its answer waits for it) {
  const auto entered = connect();
  const std::string id = "notif-01890a5d-ac96-774b-bcce-b302099a8057";
  const auto event = R"(427["notification:read",{"notificationId":")" + id + "\"}]";
  side.on_shard([&] {
    it()->line().post(event + "\x1e" R"(428["ping"])", answer());
  });
  const auto command = side.commands.next();
  CAF_CHECK_EQUAL(command->argument, id);
  CAF_CHECK(answers.empty());
  entered->say(codec::read_ack_event(id, side.now()));
  entered->resume();
  CAF_CHECK_EQUAL(answers.next().body, "ok");
  const auto body = poll();
  CAF_CHECK(body.find(R"(437[{"success":true,"notificationId":)") != body.npos);
  CAF_CHECK(
    body.ends_with("42[\"pong\",{}]\x1e"
                   "438[{\"success\":true}]"));
}

CAF_TEST(only so many may stay without saying who they are) {
  CAF_CHECK(!with->clients->admit_stranger());
  connect();
  CAF_CHECK(with->clients->admit_stranger());
}

CAF_TEST_FIXTURE_SCOPE_END()

CAF_TEST_FIXTURE_SCOPE(hasty_clients, hasty)

CAF_TEST(a client that answers pings stays and one that does not is closed) {
  const auto entered = connect();
  for (int i = 0; i < 2; ++i) {
    CAF_CHECK_EQUAL(poll(), "2");
    CAF_CHECK_EQUAL(post("3").body, "ok");
  }
  CAF_CHECK_EQUAL(poll(), "2");
  CAF_CHECK_EQUAL(side.detached.next(), entered->id());
  CAF_CHECK_EQUAL(poll(), "1");
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace socketio_client_suite
