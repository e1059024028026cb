#define CAF_SUITE sender_restart

#include "actors/sender.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "tests/actors/sender_fixture.hpp"

namespace sender_restart_suite {

using namespace carillon;
using namespace carillon::tests;

CAF_TEST_FIXTURE_SCOPE(sender_restart_tests, sender_fixture)

CAF_TEST(when persistence starts again the wish is repeated with what is held) {
  const auto id = put("one");
  start();
  anon_send(aut, wish_again{});
  sched.run();
  CAF_CHECK(book->wishes.back().fresh);
  CAF_CHECK(book->wishes.back().held == std::vector<delivery_id>{id});
  CAF_CHECK_GREATER(book->wishes.back().generation, book->wishes.front().generation);
  CAF_CHECK_EQUAL(there->calls.size(), 1u);
}

CAF_TEST(a restart loses nothing that storage has) {
  settings.concurrency = 2;
  put_many(12);
  start();
  CAF_CHECK_EQUAL(there->open, 2);
  const auto before = book->wishes.back().generation;
  throw_in("sender");
  there->answer(0, yes);  // this answer is lost with the life it was for
  sched.run();
  CAF_CHECK_EQUAL(*restarts, 1);
  CAF_CHECK_GREATER(book->wishes.back().generation, before);
  CAF_CHECK(std::any_of(book->wishes.begin() + 1, book->wishes.end(),
                        [](auto& x) { return x.fresh && x.held.empty(); }));
  answer_always(yes);
  there->answer_all(yes);  // among them a late one of the earlier life
  sched.run();
  CAF_CHECK_EQUAL(book->count(delivery_status::delivered), 12);
  CAF_CHECK_EQUAL(there->most_open, 2);
  CAF_CHECK_LESS_OR_EQUAL(there->calls.size(), 14u);
}

CAF_TEST(a handover lost in a restart is claimed again) {
  answer_always(yes);
  start();
  put_many(5);
  anon_send(store, due{});
  sched.run_once();
  throw_in("sender");
  sched.run();
  CAF_CHECK_EQUAL(*restarts, 1);
  CAF_CHECK_EQUAL(book->count(delivery_status::delivered), 5);
  CAF_CHECK_EQUAL(there->calls.size(), 5u);
}

CAF_TEST(what is on its way when storage is told anew what is held goes back there) {
  answer_always(yes);
  start();
  put("one");
  anon_send(aut, channel_order{pause_sending{}});
  anon_send(store, due{});  // serves it for the wish before the pause
  sched.run();
  order<resume_sending>();
  CAF_CHECK(book->wishes.back().held.empty());
  CAF_CHECK_EQUAL(there->calls.size(), 1u);
  CAF_CHECK_EQUAL(book->count(delivery_status::delivered), 1);
}

CAF_TEST(draining starts nothing new and answers when nothing is in flight) {
  settings.concurrency = 2;
  put_many(10);
  start();
  const auto said = ask_to_drain();
  CAF_CHECK(!said->has_value());
  CAF_CHECK(book->wishes.back().room == std::array<std::uint32_t, lane_count>{});
  book->refuse = 1;
  there->answer_all(yes);
  sched.run();
  CAF_CHECK(!said->has_value());  // an outcome is not committed yet
  pass(1s, 50ms);
  CAF_CHECK(*said == true);
  CAF_CHECK_EQUAL(there->calls.size(), 2u);
  CAF_CHECK_EQUAL(book->count(delivery_status::delivered), 2);
}

CAF_TEST(an idle sender drains at once) {
  start();
  CAF_CHECK(*ask_to_drain() == true);
}

CAF_TEST(a restart does not end the draining) {
  put_many(10);
  settings.concurrency = 1;
  start();
  ask_to_drain();
  throw_in("sender");
  there->answer_all(yes);
  sched.run();
  CAF_CHECK_EQUAL(*restarts, 1);
  CAF_CHECK_EQUAL(there->calls.size(), 1u);
  CAF_CHECK(*ask_to_drain() == true);
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace sender_restart_suite
