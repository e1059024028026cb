#define CAF_SUITE sender

#include "actors/sender.hpp"

#include <algorithm>
#include <memory>

#include "tests/actors/sender_fixture.hpp"

namespace sender_suite {

using namespace carillon;
using namespace carillon::tests;

CAF_TEST_FIXTURE_SCOPE(sender_tests, sender_fixture)

CAF_TEST(it wishes afresh and delivers what it is handed) {
  answer_always(yes);
  const auto id = put("one");
  advance_time(2s);
  start();
  CAF_REQUIRE(!book->wishes.empty());
  CAF_CHECK(book->wishes.front().fresh);
  CAF_CHECK(book->wishes.front().held.empty());
  CAF_CHECK_EQUAL(book->wishes.front().room[0], 32u);
  const auto& x = row(id);
  CAF_CHECK(x.what.status == delivery_status::delivered);
  CAF_CHECK_EQUAL(x.what.attempts, 1);
  CAF_CHECK_EQUAL(x.what.provider_message_id, "m-1");
  CAF_CHECK(x.what.sent_at == now());
  CAF_REQUIRE_EQUAL(x.attempts.size(), 1u);
  CAF_CHECK_EQUAL(x.attempts[0].number, 1);
  CAF_CHECK_EQUAL(counts.sent_, 1);
  CAF_CHECK_EQUAL(counts.seconds_, 2.0);
}

CAF_TEST(the attempt log has the start and the length of the exchange) {
  const auto id = put("one");
  start();
  const auto began = now();
  advance_time(350ms);
  there->answer(0, yes);
  sched.run();
  CAF_REQUIRE_EQUAL(row(id).attempts.size(), 1u);
  CAF_CHECK(row(id).attempts[0].started_at == began);
  CAF_CHECK(row(id).attempts[0].duration == 350ms);
}

CAF_TEST(no more are with the provider than the concurrency allows) {
  settings.concurrency = 3;
  put_many(20);
  start();
  CAF_CHECK_EQUAL(there->open, 3);
  there->answer(1, yes);
  sched.run();
  CAF_CHECK_EQUAL(there->calls.size(), 4u);
  answer_always(yes);
  there->answer_all(yes);
  sched.run();
  CAF_CHECK_EQUAL(book->count(delivery_status::delivered), 20);
  CAF_CHECK_EQUAL(there->most_open, 3);
}

CAF_TEST(a slot is taken until the outcome is committed) {
  settings.concurrency = 2;
  answer_always(yes);
  book->stalled = true;
  put_many(10);
  start();
  CAF_CHECK_EQUAL(there->open, 0);
  CAF_CHECK_EQUAL(there->calls.size(), 2u);
  pass(1min);
  CAF_CHECK_EQUAL(there->calls.size(), 2u);
  book->stalled = false;
  book->kept.clear();
  sched.run();
  pass(1s, 50ms);
  CAF_CHECK_EQUAL(book->count(delivery_status::delivered), 10);
  CAF_CHECK_EQUAL(there->calls.size(), 10u);
}

CAF_TEST(a crash repeats no more attempts than the concurrency) {
  settings.concurrency = 3;
  answer_always(yes);
  book->stalled = true;
  put_many(20);
  start();
  CAF_CHECK_EQUAL(there->calls.size(), 3u);
  caf::anon_send_exit(aut, caf::exit_reason::kill);
  sched.run();
  book->stalled = false;
  book->kept.clear();
  start();
  CAF_CHECK_EQUAL(book->count(delivery_status::delivered), 20);
  CAF_CHECK_EQUAL(there->calls.size(), 23u);
}

CAF_TEST(it asks in batches and drains a backlog larger than its window) {
  answer_always(yes);
  put_many(1000);
  start();
  CAF_CHECK_EQUAL(book->count(delivery_status::delivered), 1000);
  CAF_CHECK_LESS(book->wishes.size(), 80u);
}

CAF_TEST(its window is bounded) {
  put_many(1000);
  start();
  const auto owned =
    std::count_if(book->rows.begin(), book->rows.end(), [](auto& x) { return x.second.owned; });
  CAF_CHECK_EQUAL(owned, 32);
}

CAF_TEST(urgent overtakes what is queued and low still progresses) {
  settings.concurrency = 1;
  put_many(10, priority::low);
  put_many(32, priority::normal);
  start();
  CAF_REQUIRE_EQUAL(there->calls.size(), 1u);
  put("now", priority::urgent);
  serve();
  answer_always(yes);
  there->answer(0, yes);
  sched.run();
  const auto order = called();
  CAF_CHECK_EQUAL(order[1], "now");
  const auto low = std::find(order.begin(), order.end(), "low0");
  CAF_CHECK_LESS(low - order.begin(), 8);
  CAF_CHECK_EQUAL(book->count(delivery_status::delivered), 43);
}

CAF_TEST(low progresses under a flood of urgent ones) {
  settings.concurrency = 1;
  put_many(30, priority::urgent);
  put("patient", priority::low);
  answer_always(yes);
  start();
  const auto order = called();
  CAF_CHECK_EQUAL(std::find(order.begin(), order.end(), "patient") - order.begin(), 15);
}

CAF_TEST(a delivery handed over twice is sent once) {
  const auto id = put("one");
  start();
  auto again = std::make_shared<handover>();
  again->generation = book->wishes.back().generation;
  again->deliveries.push_back(std::make_shared<const delivery>(row(id).what));
  anon_send(aut, handover_ptr{again});
  sched.run();
  CAF_CHECK_EQUAL(there->calls.size(), 1u);
  there->answer_all(yes);
  sched.run();
  CAF_CHECK(row(id).what.status == delivery_status::delivered);
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace sender_suite
