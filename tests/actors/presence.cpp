#define CAF_SUITE presence

#include "actors/presence.hpp"

#include "tests/actors/faults.hpp"
#include "tests/actors/live_house.hpp"

#include "tests/caf_test.hpp"

namespace presence_suite {

using namespace carillon;
using namespace carillon::tests;
using namespace std::chrono_literals;

namespace {

using seqs = std::vector<std::int64_t>;

struct fixture : test_coordinator_fixture<> {
  live_house house{sys};

  ~fixture() {
    no_more_faults();
    house.shut();
    sched.run();
  }

  void open(presence_options how = {}) {
    house.open(std::move(how));
    sched.run();
  }

  recorder_ptr connect(principal who, frame_format format = frame_format::plain,
                       std::optional<std::int64_t> since = {}) {
    auto out = house.connect(std::move(who), format, since);
    sched.run();
    return out;
  }

  void post(audience to) {
    house.post(std::move(to));
    sched.run();
  }

  void pass(int seconds) {
    for (int i = 0; i < seconds; ++i) {
      advance_time(1s);
      sched.run();
    }
  }
};

principal admin(std::string id) {
  auto out = user(std::move(id));
  out.is_admin = true;
  return out;
}

}  // namespace

CAF_TEST_FIXTURE_SCOPE(presence_tests, fixture)

CAF_TEST(each audience reaches exactly its connections) {
  open();
  struct client {
    recorder_ptr socket;
    bool clerk, boss, north, south;
    std::string id;
  };
  std::vector<client> all;
  // Twelve sockets of six users, the two of one user in different stores.
  for (const auto* role : {"clerk", "boss", ""}) {
    for (const auto* store : {"north", "south", "", "north"}) {
      const auto id = "u" + std::to_string(all.size() / 2);
      std::vector<std::string> roles, stores;
      if (*role != 0)
        roles.push_back(role);
      if (*store != 0)
        stores.push_back(store);
      all.push_back({connect(user(id, roles, stores)), role == std::string{"clerk"},
                     role == std::string{"boss"}, store == std::string{"north"},
                     store == std::string{"south"}, id});
    }
  }
  CAF_CHECK_EQUAL(house.counts.users, 6);
  post({"u1", "", ""});
  post({"", "clerk", ""});
  post({"", "", "north"});
  post({"", "boss", "south"});
  post({"", "", ""});
  post({"nobody", "", ""});
  post({"", "boss", "west"});
  for (const auto& x : all) {
    seqs expected;
    if (x.id == "u1")
      expected.push_back(1);
    if (x.clerk)
      expected.push_back(2);
    if (x.north)
      expected.push_back(3);
    if (x.boss && x.south)
      expected.push_back(4);
    expected.push_back(5);
    CAF_CHECK_EQUAL(x.socket->seqs(), expected);
  }
}

CAF_TEST(what is over when it becomes visible takes its place and reaches nobody) {
  open();
  const auto ann = connect(user("ann"));
  const auto read = house.storage->read.size();
  auto over = std::make_shared<notification>(*house.write({"ann", "", ""}));
  over->expires_at = from_millis(1'750'000'000'000);
  auto next = std::make_shared<notification>(*house.write({"ann", "", ""}));
  next->expires_at = *over->expires_at + 1ms;
  house.release({over, next});
  sched.run();
  post({"ann", "", ""});
  CAF_CHECK_EQUAL(ann->seqs(), (seqs{2, 3}));
  CAF_CHECK_EQUAL(house.storage->read.size(), read);
}

CAF_TEST(each connection gets only what its own claims cover) {
  open();
  const auto clerk = connect(user("u", {"clerk"}));
  const auto north = connect(user("u", {}, {"north"}));
  const auto both = connect(user("u", {"clerk"}, {"north"}));
  post({"", "clerk", "north"});
  CAF_CHECK_EQUAL(clerk->seqs(), seqs{});
  CAF_CHECK_EQUAL(north->seqs(), seqs{});
  CAF_CHECK_EQUAL(both->seqs(), seqs{1});
  house.disconnect(both);
  sched.run();
  post({"", "clerk", ""});
  post({"", "", "north"});
  CAF_CHECK_EQUAL(clerk->seqs(), seqs{2});
  CAF_CHECK_EQUAL(north->seqs(), seqs{3});
  CAF_CHECK_EQUAL(both->seqs(), seqs{1});
}

CAF_TEST(connections that come before the counter is known wait and miss nothing after that) {
  house.write({"u", "", ""});
  house.storage->away = true;
  open();
  const auto early = connect(user("u"));
  const auto gone = connect(user("u"));
  house.disconnect(gone);
  house.post({"u", "", ""});
  sched.run();
  const auto late = connect(user("u"));
  const auto greeted = connect(user("u"), frame_format::envelope);
  CAF_CHECK(early->log.empty());
  house.storage->away = false;
  pass(2);
  post({"u", "", ""});
  CAF_CHECK_EQUAL(early->seqs(), (seqs{2, 3}));
  CAF_CHECK_EQUAL(late->seqs(), seqs{3});
  CAF_CHECK_EQUAL(greeted->seqs(), seqs{3});
  CAF_CHECK(gone->log.empty());
}

CAF_TEST(rows leave in order and a hole is read from storage) {
  open();
  const auto one = connect(user("u"));
  post({"u", "", ""});
  const auto missing = house.write({"u", "", ""});
  post({"u", "", ""});
  post({"other", "", ""});
  post({"u", "", ""});
  CAF_CHECK_EQUAL(one->seqs(), (seqs{1, 2, 3, 5}));
  CAF_REQUIRE_EQUAL(house.storage->read.size(), 1u);
  CAF_CHECK_EQUAL(house.storage->read[0].after, 1);
  CAF_CHECK_EQUAL(house.storage->read[0].upto, 2);
  // What is told late was pushed already.
  house.release({missing});
  sched.run();
  CAF_CHECK_EQUAL(one->seqs(), (seqs{1, 2, 3, 5}));
}

CAF_TEST(rows behind a hole go from memory up to a thousand and from storage beyond) {
  open();
  const auto one = connect(user("u"));
  house.write({"u", "", ""});
  house.storage->away = true;
  for (int i = 0; i < 1500; ++i)
    house.post({"u", "", ""});
  sched.run();
  CAF_CHECK(one->log.empty());
  house.storage->away = false;
  pass(2);
  seqs all;
  for (int i = 1; i <= 1501; ++i)
    all.push_back(i);
  CAF_CHECK_EQUAL(one->seqs(), all);
}

CAF_TEST(a re - read finds what was never told) {
  open();
  const auto one = connect(user("u"));
  house.write({"u", "", ""});
  house.write({"u", "", ""});
  caf::anon_send(house.presence, reread{});
  sched.run();
  CAF_CHECK_EQUAL(one->seqs(), (seqs{1, 2}));
}

CAF_TEST(past the bound of live pushes presence waits for room and loses nothing) {
  presence_options how;
  how.max_receivers = 4;
  open(how);
  const auto one = connect(user("u"));
  const auto two = connect(user("v"));
  one->keep = true;
  for (int i = 0; i < 50; ++i)
    house.post({"", "", ""});
  sched.run();
  CAF_CHECK_EQUAL(one->seqs(), (seqs{1, 2}));
  CAF_CHECK(house.storage->read.empty());
  seqs all;
  for (int i = 1; i <= 50; ++i)
    all.push_back(i);
  int rounds = 0;
  while (!one->kept.empty() && ++rounds < 100) {
    one->kept.clear();
    sched.run();
  }
  CAF_CHECK_EQUAL(one->seqs(), all);
  CAF_CHECK_EQUAL(two->seqs(), all);
  post({"", "", ""});
  const auto seqs = one->seqs();
  CAF_CHECK_EQUAL(seqs.back(), 51);
}

CAF_TEST(the bytes of live pushes are bounded too) {
  presence_options how;
  how.max_bytes = 10'000;
  open(how);
  const auto one = connect(user("u"));
  one->keep = true;
  for (int i = 0; i < 4; ++i)
    house.post({"u", "", ""}, std::string(4'000, 'x'));
  sched.run();
  CAF_CHECK_EQUAL(one->seqs(), seqs{1});
  for (int i = 0; i < 4; ++i) {
    one->kept.clear();
    sched.run();
  }
  CAF_CHECK_EQUAL(one->seqs(), (seqs{1, 2, 3, 4}));
}

CAF_TEST(a user has at most so many connections) {
  presence_options how;
  how.max_connections_per_user = 2;
  open(how);
  const auto one = connect(user("u"));
  const auto two = connect(user("u"));
  const auto three = connect(user("u"));
  const auto other = connect(user("v"));
  CAF_CHECK(three->closed == close_code::too_many_connections);
  CAF_CHECK(!one->closed && !two->closed && !other->closed);
  house.disconnect(three);
  house.disconnect(two);
  sched.run();
  const auto four = connect(user("u"));
  CAF_CHECK(!four->closed);
  post({"u", "", ""});
  CAF_CHECK_EQUAL(four->seqs(), seqs{1});
  CAF_CHECK(three->seqs().empty());
}

CAF_TEST(those online are listed with their devices) {
  open();
  connect(user("u"));
  connect(user("u"));
  const auto gone = connect(user("v"));
  house.disconnect(gone);
  sched.run();
  CAF_CHECK_EQUAL(house.counts.users, 1);
  std::vector<online_user> listed;
  auto reply = std::make_shared<answer<std::vector<online_user>>>(
    [&](result<std::vector<online_user>> x) { listed = *x; });
  caf::anon_send(house.presence, list_online{reply});
  sched.run();
  CAF_REQUIRE_EQUAL(listed.size(), 1u);
  CAF_CHECK_EQUAL(listed[0].user_id, "u");
  CAF_CHECK_EQUAL(listed[0].devices, 2u);
}

CAF_TEST(a failure of presence closes all with 1012 and the next life goes on) {
  presence_options how;
  int restarts = 0;
  how.on_restart = [&] { ++restarts; };
  open(how);
  const auto one = connect(user("u"));
  const auto two = connect(user("v"));
  post({"", "", ""});
  throw_in("presence");
  house.post({"u", "", ""});
  sched.run();
  CAF_CHECK_EQUAL(restarts, 1);
  CAF_CHECK_EQUAL(house.failures, std::vector<std::string>{"presence"});
  CAF_CHECK(one->closed == close_code::service_restart);
  CAF_CHECK(two->closed == close_code::service_restart);
  house.disconnect(one);
  house.disconnect(two);
  const auto back = connect(user("u"), frame_format::plain, 1);
  post({"u", "", ""});
  CAF_CHECK_EQUAL(back->seqs(), (seqs{2, 3}));
  CAF_CHECK_EQUAL(house.counts.users, 1);
}

CAF_TEST(when the node stops all are closed and answered for when gone) {
  open();
  const auto one = connect(user("u"));
  bool done = false;
  const auto reply = std::make_shared<answer<bool>>([&](result<bool>) { done = true; });
  caf::anon_send(house.presence, close_all{1001, reply});
  sched.run();
  CAF_CHECK(one->closed == close_code::going_away);
  CAF_CHECK(!done);
  const auto late = connect(user("v"));
  CAF_CHECK(late->closed == close_code::going_away);
  house.disconnect(one);
  sched.run();
  CAF_CHECK(done);
}

CAF_TEST(a node that stops does not wait for ever for a socket) {
  open();
  connect(user("u"));
  bool done = false;
  const auto reply = std::make_shared<answer<bool>>([&](result<bool>) { done = true; });
  caf::anon_send(house.presence, close_all{1001, reply});
  sched.run();
  pass(5);
  CAF_CHECK(!done);
  pass(2);
  CAF_CHECK(done);
}

CAF_TEST(presence may be watched by admins alone) {
  open();
  const auto nosy = connect(user("u"));
  house.command(nosy, command_kind::subscribe, "presence");
  sched.run();
  CAF_REQUIRE_EQUAL(nosy->log.size(), 1u);
  CAF_CHECK_EQUAL(nosy->log[0], R"({"event":"error","data":{"code":"forbidden",)"
                                R"("message":"presence needs the scope admin"}})");
  CAF_CHECK_EQUAL(nosy->resumed, 1);
  connect(user("v"));
  CAF_CHECK_EQUAL(nosy->log.size(), 1u);
}

CAF_TEST(watchers hear who comes at once and who goes after ten seconds) {
  open();
  const auto watcher = connect(admin("boss"));
  house.command(watcher, command_kind::subscribe, "presence");
  sched.run();
  const std::string online = R"({"event":"user:online","data":{"userId":"u"}})";
  const std::string offline = R"({"event":"user:offline","data":{"userId":"u"}})";
  auto one = connect(user("u"));
  CAF_CHECK_EQUAL(watcher->log, std::vector<std::string>{online});
  house.disconnect(one);
  pass(9);
  one = connect(user("u"));
  house.disconnect(one);
  sched.run();
  pass(9);
  CAF_CHECK_EQUAL(watcher->log, std::vector<std::string>{online});
  pass(2);
  CAF_CHECK_EQUAL(watcher->log, (std::vector<std::string>{online, offline}));
  house.command(watcher, command_kind::unsubscribe, "presence");
  sched.run();
  connect(user("u"));
  CAF_CHECK_EQUAL(watcher->log.size(), 2u);
}

CAF_TEST(a flood of changes is told as one) {
  open();
  const auto watcher = connect(admin("boss"));
  house.command(watcher, command_kind::subscribe, "presence");
  sched.run();
  for (int i = 0; i < 150; ++i)
    house.connect(user("u" + std::to_string(i)));
  sched.run();
  pass(3);
  CAF_REQUIRE(watcher->log.size() >= 101);
  CAF_CHECK(watcher->log.size() <= 102);
  CAF_CHECK_EQUAL(watcher->log.back(), R"({"event":"presence:changed","data":{"online":151}})");
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace presence_suite
