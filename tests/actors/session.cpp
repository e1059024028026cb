#define CAF_SUITE session

#include "actors/session.hpp"

#include "protocol/rules/replay.hpp"
#include "tests/actors/faults.hpp"
#include "tests/actors/live_house.hpp"

#include <nlohmann/json.hpp>

#include <random>

#include "tests/caf_test.hpp"

using namespace carillon;
using namespace carillon::tests;

namespace {

using seqs = std::vector<std::int64_t>;
using texts = std::vector<std::string>;

seqs from_to(std::int64_t first, std::int64_t last) {
  seqs out;
  for (auto i = first; i <= last; ++i)
    out.push_back(i);
  return out;
}

struct fixture : test_coordinator_fixture<> {
  live_house house{sys};

  ~fixture() {
    no_more_faults();
    house.shut();
    sched.run();
  }

  void open() {
    house.open();
    sched.run();
  }

  recorder_ptr connect(principal who, frame_format format = frame_format::envelope,
                       std::optional<std::int64_t> since = {}) {
    auto out = house.connect(std::move(who), format, since);
    sched.run();
    return out;
  }

  void post(int count = 1) {
    for (int i = 0; i < count; ++i)
      house.post({"u", "", ""});
    sched.run();
  }

  void write(int count) {
    for (int i = 0; i < count; ++i)
      house.write({"u", "", ""});
  }

  void command(const recorder_ptr& from, command_kind kind, std::string argument = {}) {
    house.command(from, kind, std::move(argument));
    sched.run();
  }

  marking& last_mark() { return std::get<marking>(house.storage->marks.back()->what); }

  void tell_change(mark_kind kind, std::uint64_t origin, std::int64_t unread) {
    auto what = std::make_shared<inbox_change>();
    what->user_id = "u";
    what->kind = kind;
    if (kind != mark_kind::read_all)
      what->ids = {notification_id{}};
    what->unread = unread;
    what->origin = origin;
    caf::anon_send(house.presence, inbox_change_ptr{std::move(what)});
    sched.run();
  }
};

const std::string id_text = "notif-00000000-0000-0000-0000-000000000000";
const std::string sync_text =
  R"({"event":"notification:sync","data":{"ids":[")" + id_text + R"("],"is_read":true}})";

std::string hello(const recorder_ptr& who, std::int64_t seq, std::int64_t unread) {
  return R"({"event":"hello","data":{"session_id":")" + std::to_string(who->id())
         + R"(","user_id":"u","heartbeat_seconds":25,"seq":)" + std::to_string(seq)
         + R"(,"unread_count":)" + std::to_string(unread) + "}}";
}

std::string unread(std::int64_t n) {
  return R"({"event":"unread_count","data":{"unread_count":)" + std::to_string(n) + "}}";
}

std::string code_of(const std::string& text) {
  const auto json = nlohmann::json::parse(text);
  return json.at("event") == "error" ? json.at("data").at("code").get<std::string>() : "";
}

}  // namespace

CAF_TEST_FIXTURE_SCOPE(session_tests, fixture)

CAF_TEST(a plain connection is live at once and gets nothing but notifications) {
  write(3);
  open();
  const auto one = connect(user("u"), frame_format::plain);
  post();
  tell_change(mark_kind::read, 0, 1);
  CAF_CHECK_EQUAL(one->log, texts{"#4"});
}

CAF_TEST(hello comes first with the head and the count) {
  write(3);
  house.storage->unread = 2;
  open();
  const auto one = house.connect(user("u"), frame_format::envelope);
  house.post({"u", "", ""});
  tell_change(mark_kind::read, 0, 7);
  CAF_CHECK_EQUAL(one->log, (texts{hello(one, 3, 2), sync_text, unread(7), "#4"}));
  CAF_CHECK(one->session != nullptr);
}

CAF_TEST(a resume gets what it missed in pages when its queue has room) {
  write(250);
  open();
  const auto one = house.connect(user("u"), frame_format::envelope, 20);
  one->drains_at_once = false;
  sched.run();
  CAF_CHECK_EQUAL(one->log.front(), hello(one, 20, 0));
  CAF_CHECK_EQUAL(one->seqs(), from_to(21, 120));
  post(5);
  CAF_CHECK_EQUAL(one->seqs(), from_to(21, 120));
  one->drain();
  sched.run();
  CAF_CHECK_EQUAL(one->seqs(), from_to(21, 220));
  one->drain();
  sched.run();
  CAF_CHECK_EQUAL(one->seqs(), from_to(21, 255));
  CAF_CHECK(!one->waits_for_room);
  post();
  CAF_CHECK_EQUAL(one->seqs(), from_to(21, 256));
}

CAF_TEST(a page of large rows is queued in portions) {
  for (int i = 0; i < 10; ++i)
    house.write({"u", "", ""}, std::string(100'000, 'x'));
  open();
  const auto one = house.connect(user("u"), frame_format::plain, 0);
  one->drains_at_once = false;
  sched.run();
  CAF_CHECK_EQUAL(one->seqs(), from_to(1, 3));
  one->drains_at_once = true;
  one->drain();
  sched.run();
  CAF_CHECK_EQUAL(one->seqs(), from_to(1, 10));
}

CAF_TEST(live rows past the bound are dropped and read again from storage) {
  write(300);
  open();
  const auto one = house.connect(user("u"), frame_format::plain, 0);
  one->drains_at_once = false;
  sched.run();
  CAF_CHECK_EQUAL(one->seqs(), from_to(1, 100));
  post(1200);
  CAF_CHECK_EQUAL(one->seqs(), from_to(1, 100));
  while (one->waits_for_room) {
    one->drain();
    sched.run();
  }
  CAF_CHECK_EQUAL(one->seqs(), from_to(1, 1500));
  post();
  CAF_CHECK_EQUAL(one->seqs(), from_to(1, 1501));
}

CAF_TEST(what a slow resume waits for does not weigh on presence) {
  presence_options how;
  how.max_receivers = 3;
  write(300);
  house.open(how);
  sched.run();
  const auto slow = house.connect(user("u"), frame_format::plain, 0);
  slow->drains_at_once = false;
  const auto other = house.connect(user("u"), frame_format::plain);
  sched.run();
  post(50);
  CAF_CHECK_EQUAL(other->seqs(), from_to(301, 350));
}

CAF_TEST(a resume from above the head or below the floor fails aloud and goes on live) {
  house.storage->floor = 10;
  write(5);
  open();
  for (const std::int64_t since : {16, 9, -1}) {
    const auto one = connect(user("u"), frame_format::envelope, since);
    const auto head = house.storage->head();
    const texts expected{hello(one, head, 0),
                         R"({"event":"resume_failed","data":{"oldest_seq":11}})",
                         "#" + std::to_string(head + 1)};
    if (since == 16)
      CAF_CHECK_EQUAL(head, 15);
    post();
    CAF_CHECK_EQUAL(one->log, expected);
    house.disconnect(one);
    // Keep the head where 16 is above it only once.
    sched.run();
  }
  const auto at_floor = connect(user("u"), frame_format::envelope, 10);
  CAF_CHECK_EQUAL(at_floor->seqs(), from_to(11, house.storage->head()));
}

CAF_TEST(a client ahead of what is live is not told twice) {
  open();
  const auto one = connect(user("u"), frame_format::plain);
  write(5);
  // Durable and known to the client by a list, but not pushed yet.
  const auto ahead = connect(user("u"), frame_format::envelope, 3);
  house.release({house.storage->rows.begin(), house.storage->rows.end()});
  sched.run();
  post();
  CAF_CHECK_EQUAL(one->seqs(), from_to(1, 6));
  CAF_CHECK_EQUAL(ahead->seqs(), from_to(4, 6));
}

CAF_TEST(no seed makes a gap a repeat or a disorder while rows keep coming) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    live_house home{sys};
    std::mt19937 random{seed};
    const auto below = [&](int n) { return static_cast<int>(random() % n); };
    struct client {
      recorder_ptr socket;
      principal who;
      std::int64_t since;
      bool resumes;
    };
    std::vector<client> clients;
    std::vector<notification_ptr> untold;
    const principal kinds[] = {user("u"), user("u", {"clerk"}), user("v", {}, {"north"}),
                               user("w", {"clerk"}, {"north"})};
    const audience audiences[] = {{"u", "", ""},          {"", "clerk", ""}, {"", "", "north"},
                                  {"", "clerk", "north"}, {"", "", ""},      {"v", "", ""}};
    const auto one_row = [&] { return home.write(audiences[below(6)]); };
    for (int i = below(400); i > 0; --i)
      one_row();
    presence_options how;
    how.max_receivers = 20 + below(200);
    home.open(how);
    for (int step = 0; step < 400; ++step) {
      switch (below(10)) {
        case 0: {
          if (clients.size() >= 8)
            break;
          const auto who = kinds[below(4)];
          const auto since = below(static_cast<int>(home.storage->head()) + 1);
          const bool resumes = below(3) != 0;
          const auto format = below(2) == 0 ? frame_format::plain : frame_format::envelope;
          auto socket =
            home.connect(who, format, resumes ? std::optional{std::int64_t{since}} : std::nullopt);
          socket->drains_at_once = below(2) == 0;
          clients.push_back({socket, who, since, resumes});
          break;
        }
        case 1:
          for (int i = below(below(8) == 0 ? 700 : 20); i > 0; --i)
            untold.push_back(one_row());
          [[fallthrough]];
        case 2:
          home.release(std::exchange(untold, {}));
          break;
        case 3:
          untold.push_back(one_row());
          break;
        case 4:  // told never, found by the hole
          untold.clear();
          break;
        case 5:
          for (auto& x : clients)
            if (below(2) == 0)
              x.socket->drain();
          break;
        default:
          for (int i = below(60); i > 0 && sched.has_job(); --i)
            sched.run_once();
      }
    }
    const auto last = home.post({"", "", ""})->seq;
    do {
      sched.run();
      for (auto& x : clients)
        x.socket->drain();
    } while (sched.has_job());
    for (const auto& x : clients) {
      auto since = x.since;
      const auto got = x.socket->seqs();
      if (!x.resumes)
        since = got.empty() ? last : got.front() - 1;
      seqs expected;
      for (const auto& row : home.storage->rows) {
        const auto& to = row->to;
        const auto has = [](const auto& all, const auto& name) {
          return name.empty() || std::find(all.begin(), all.end(), name) != all.end();
        };
        const bool mine = to.personal()
                            ? to.user_id == x.who.subject
                            : has(x.who.roles, to.role) && has(x.who.stores, to.store_id);
        if (mine && row->seq > since)
          expected.push_back(row->seq);
      }
      CAF_REQUIRE(!got.empty() || since == last);
      CAF_REQUIRE(!x.socket->closed);
      CAF_REQUIRE_EQUAL(got, expected);
      if (x.socket->format() == frame_format::envelope)
        CAF_REQUIRE(x.socket->log.front().find(R"("hello")") != std::string::npos);
    }
    home.shut();
    sched.run();
  }
}

CAF_TEST(without storage a connection is closed to try again) {
  write(3);
  open();
  house.storage->away = true;
  const auto fresh = connect(user("u"));
  const auto resuming = connect(user("u"), frame_format::plain, 1);
  const auto live = connect(user("u"), frame_format::plain);
  CAF_CHECK(fresh->closed == close_code::try_again_later);
  CAF_CHECK(resuming->closed == close_code::try_again_later);
  CAF_CHECK(!live->closed);
}

CAF_TEST(a read is acknowledged with the count and the next message may come) {
  open();
  const auto one = connect(user("u"));
  command(one, command_kind::read, id_text);
  CAF_REQUIRE_EQUAL(house.storage->marks.size(), 1u);
  CAF_CHECK(last_mark().single);
  CAF_CHECK_EQUAL(last_mark().origin, one->id());
  CAF_CHECK(last_mark().ids == std::vector{notification_id{}});
  CAF_CHECK_EQUAL(one->resumed, 0);
  last_mark().reply(marked{1, {notification_id{}}, 4, from_millis(0)});
  sched.run();
  CAF_CHECK_EQUAL(one->resumed, 1);
  CAF_REQUIRE_EQUAL(one->log.size(), 3u);
  CAF_CHECK_EQUAL(one->log[1], R"({"event":"notification:read:ack","data":{"notificationId":")"
                                 + id_text + R"(","timestamp":"1970-01-01T00:00:00.000Z"}})");
  CAF_CHECK_EQUAL(one->log[2], unread(4));
}

CAF_TEST(read - all answers with the count in plain mode too) {
  open();
  const auto one = connect(user("u"), frame_format::plain);
  command(one, command_kind::read_all);
  CAF_CHECK(last_mark().kind == mark_kind::read_all);
  last_mark().reply(marked{3, {}, 0, from_millis(0)});
  sched.run();
  CAF_CHECK_EQUAL(one->log, texts{unread(0)});
  CAF_CHECK_EQUAL(one->resumed, 1);
}

CAF_TEST(a change shows on the other devices and not on the one that made it) {
  open();
  const auto one = connect(user("u"));
  const auto two = connect(user("u"));
  const auto plain = connect(user("u"), frame_format::plain);
  const auto other = connect(user("v"));
  tell_change(mark_kind::read, one->id(), 4);
  CAF_CHECK_EQUAL(one->log.size(), 1u);
  CAF_CHECK_EQUAL(two->log.size(), 3u);
  CAF_CHECK_EQUAL(two->log[1], sync_text);
  CAF_CHECK_EQUAL(two->log[2], unread(4));
  tell_change(mark_kind::read_all, 0, 0);
  CAF_CHECK_EQUAL(one->log[1],
                  R"({"event":"notification:sync","data":{"ids":[],"all":true,"is_read":true}})");
  tell_change(mark_kind::remove, 0, 0);
  CAF_CHECK_EQUAL(one->log[3], R"({"event":"notification:sync","data":{"ids":[")" + id_text
                                 + R"("],"deleted":true}})");
  CAF_CHECK(plain->log.empty());
  CAF_CHECK_EQUAL(other->log.size(), 1u);
}

CAF_TEST(a refusal is told aloud) {
  open();
  const auto one = connect(user("u"), frame_format::plain);
  command(one, command_kind::read, "no id");
  command(one, command_kind::subscribe, "weather");
  command(one, command_kind::read, id_text);
  last_mark().reply(error{errc::not_found, "there is no such notification"});
  sched.run();
  command(one, command_kind::read, id_text);
  house.storage->marks.clear();  // dropped unanswered
  sched.run();
  CAF_CHECK_EQUAL(one->resumed, 4);
  CAF_REQUIRE_EQUAL(one->log.size(), 4u);
  CAF_CHECK_EQUAL(code_of(one->log[0]), "not_found");
  CAF_CHECK_EQUAL(code_of(one->log[1]), "invalid");
  CAF_CHECK_EQUAL(code_of(one->log[2]), "not_found");
  CAF_CHECK_EQUAL(code_of(one->log[3]), "internal");
}

CAF_TEST(a failing session closes its own connections with 1011 and no others) {
  open();
  const auto one = connect(user("u"));
  const auto two = connect(user("u"));
  const auto other = connect(user("v"), frame_format::plain);
  throw_in("session");
  house.command(one, command_kind::read_all);
  // On its way to the session that is about to fail.
  const auto late = house.connect(user("u"));
  sched.run();
  CAF_CHECK(one->closed == close_code::internal_error);
  CAF_CHECK(two->closed == close_code::internal_error);
  CAF_CHECK(late->closed == close_code::internal_error || late->session != nullptr);
  CAF_CHECK(!other->closed);
  CAF_CHECK(house.failures.empty());
  CAF_CHECK_EQUAL(house.counts.restarts["session"], 1);
  CAF_CHECK_EQUAL(house.counts.users, 1);
  house.disconnect(one);
  const auto back = connect(user("u"), frame_format::plain);
  house.post({"", "", ""});
  sched.run();
  CAF_CHECK_EQUAL(back->seqs(), seqs{1});
  CAF_CHECK_EQUAL(other->seqs(), seqs{1});
}

CAF_TEST(a session ends with its last connection) {
  open();
  const auto one = connect(user("u"));
  const auto two = connect(user("u"));
  const auto session = caf::actor_cast<caf::strong_actor_ptr>(one->session);
  house.disconnect(one);
  sched.run();
  CAF_CHECK(
    !caf::actor_cast<caf::abstract_actor*>(session)->getf(caf::abstract_actor::is_terminated_flag));
  house.disconnect(two);
  sched.run();
  CAF_CHECK(
    caf::actor_cast<caf::abstract_actor*>(session)->getf(caf::abstract_actor::is_terminated_flag));
  CAF_CHECK(!one->closed && !two->closed);
}

CAF_TEST_FIXTURE_SCOPE_END()
