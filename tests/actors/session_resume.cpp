#define CAF_SUITE session_resume

#include "actors/session.hpp"

#include <random>

#include "tests/actors/session_fixture.hpp"

namespace session_resume_suite {

using namespace carillon;
using namespace carillon::tests;

CAF_TEST_FIXTURE_SCOPE(session_resume_tests, session_fixture)

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

CAF_TEST(what is replayed is as its reader left it) {
  write(2);
  const auto at = from_millis(1'750'000'000'000);
  house.storage->read_at.emplace(1, at);
  open();
  const auto one = house.connect(user("u"), frame_format::plain, 0);
  one->keep = true;
  sched.run();
  CAF_REQUIRE_EQUAL(one->kept.size(), 2u);
  CAF_CHECK(one->kept[0]->rows().front().read_at == at);
  CAF_CHECK(!one->kept[1]->rows().front().read_at);
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

CAF_TEST(a resume that retention overtakes is told what is left and gets it) {
  write(350);
  open();
  const auto one = house.connect(user("u"), frame_format::envelope, 20);
  one->drains_at_once = false;
  sched.run();
  CAF_CHECK_EQUAL(one->seqs(), from_to(21, 120));
  house.storage->prune(200);
  post();
  one->log.clear();
  one->drains_at_once = true;
  one->drain();
  sched.run();
  CAF_CHECK_EQUAL(one->log.front(), R"({"event":"resume_failed","data":{"oldest_seq":201}})");
  CAF_CHECK_EQUAL(one->texts().size(), 1u);
  CAF_CHECK_EQUAL(one->seqs(), from_to(201, 351));
  CAF_CHECK(!one->closed);
  post();
  CAF_CHECK_EQUAL(one->log.back(), "#352");
}

CAF_TEST(a resume that retention overtakes to its end goes on live) {
  write(150);
  open();
  const auto one = house.connect(user("u"), frame_format::envelope, 0);
  one->drains_at_once = false;
  sched.run();
  house.storage->prune(150);
  one->log.clear();
  one->drain();
  sched.run();
  post();
  CAF_CHECK_EQUAL(one->log,
                  (texts{R"({"event":"resume_failed","data":{"oldest_seq":151}})", "#151"}));
}

CAF_TEST(pruning what a resume has already got is not told) {
  write(250);
  open();
  const auto one = house.connect(user("u"), frame_format::envelope, 0);
  one->drains_at_once = false;
  sched.run();
  house.storage->prune(100);
  one->drains_at_once = true;
  one->drain();
  sched.run();
  CAF_CHECK_EQUAL(one->texts().size(), 1u);  // its hello
  CAF_CHECK_EQUAL(one->seqs(), from_to(1, 250));
}

CAF_TEST(a plain resume that retention overtakes is closed) {
  write(250);
  open();
  const auto one = house.connect(user("u"), frame_format::plain, 0);
  one->drains_at_once = false;
  sched.run();
  CAF_CHECK_EQUAL(one->seqs(), from_to(1, 100));
  house.storage->prune(150);
  one->drain();
  sched.run();
  CAF_CHECK_EQUAL(one->seqs(), from_to(1, 100));
  CAF_REQUIRE(one->closed);
  CAF_CHECK(*one->closed == close_code::try_again_later);
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

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace session_resume_suite
