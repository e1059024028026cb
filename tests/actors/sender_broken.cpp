#define CAF_SUITE sender_broken

#include "actors/sender.hpp"

#include <string>

#include "tests/actors/sender_fixture.hpp"

namespace sender_broken_suite {

using namespace carillon;
using namespace carillon::tests;

namespace {

const transport_result who = response{.status = 401, .body = "who?"};

/// One whose provider refuses the credentials; of what waits, some has a backup.
struct broken_fixture : sender_fixture {
  broken_fixture() {
    settings.concurrency = 1;
    answer_always(who);
  }

  void put_backed(int count) {
    for (int i = 0; i < count; ++i)
      put("backed" + std::to_string(i), priority::normal, [](delivery& x) {
        x.failover = {{"sms", "+491", 3, 1h}};
      });
  }

  /// What waits has no backup, and storage has it.
  void check_that_others_wait(int count) {
    CAF_CHECK_EQUAL(book->count(delivery_status::pending), count);
    for (auto& [id, x] : book->rows)
      if (x.what.status == delivery_status::pending) {
        CAF_CHECK(x.what.failover.empty());
        CAF_CHECK(!x.owned);
      }
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(sender_broken_tests, broken_fixture)

CAF_TEST(a broken channel gives all that has a backup to it and leaves the rest in storage) {
  put_many(41);
  put_backed(100);
  start();
  CAF_CHECK_EQUAL(there->calls.size(), 1u);
  CAF_CHECK_EQUAL(book->count(delivery_status::dead), 101);
  CAF_CHECK_EQUAL(book->successors.size(), 100u);
  check_that_others_wait(40);
}

CAF_TEST(what comes to a broken channel later goes to its backup at once) {
  put("finds out");
  start();
  put_many(40);
  put_backed(1);
  serve();
  CAF_CHECK_EQUAL(book->successors.size(), 1u);
  CAF_CHECK_EQUAL(there->calls.size(), 1u);
  check_that_others_wait(40);
}

CAF_TEST(one that was broken when the node stopped goes on giving to backups) {
  initial = {settings.name, channel_state::broken, "401: who?"};
  put_many(40);
  put_backed(60);
  start();
  CAF_CHECK_EQUAL(book->successors.size(), 60u);
  CAF_CHECK_EQUAL(there->calls.size(), 0u);
  CAF_CHECK(book->wishes.front().only_backed);
  check_that_others_wait(40);
}

CAF_TEST(a broken channel of which one attempt is still out asks for backed ones alone) {
  settings.concurrency = 2;
  there->reply = nullptr;
  put("first");
  put("second");
  put_many(40);
  put_backed(40);
  start();
  there->answer(0, who);
  sched.run();
  CAF_CHECK_EQUAL(book->successors.size(), 40u);
  there->answer(1, yes);
  sched.run();
  CAF_CHECK_EQUAL(book->count(delivery_status::delivered), 1);
  CAF_CHECK_EQUAL(there->calls.size(), 2u);
  check_that_others_wait(40);
}

CAF_TEST(once it is configured anew it takes everything again) {
  put_many(41);
  start();
  CAF_CHECK(book->wishes.back().only_backed);
  answer_always(yes);
  order(reconfigure{settings, by, {}});
  CAF_CHECK(!book->wishes.back().only_backed);
  CAF_CHECK_EQUAL(book->count(delivery_status::delivered), 40);
  put_backed(1);
  serve();
  CAF_CHECK_EQUAL(book->count(delivery_status::delivered), 41);
  CAF_CHECK(book->successors.empty());
}

CAF_TEST(once its credentials test well it takes everything again) {
  put_many(41);
  start();
  answer_always(yes);
  CAF_CHECK((**ask_to_probe())->ok);
  CAF_CHECK_EQUAL(book->count(delivery_status::delivered), 40);
}

CAF_TEST(a broken channel that is paused or switched off gives to nobody) {
  initial = {settings.name, channel_state::broken, "401: who?"};
  settings.enabled = false;
  put_backed(1);
  start();
  CAF_CHECK(book->wishes.back().room == decltype(want::room){});
  settings.enabled = true;
  order<pause_sending>();
  order(reconfigure{settings, by, {}});
  CAF_CHECK(book->wishes.back().room == decltype(want::room){});
  CAF_CHECK_EQUAL(book->count(delivery_status::pending), 1);
  CAF_CHECK(book->successors.empty());
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace sender_broken_suite
