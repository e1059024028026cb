#define CAF_SUITE sender_limits

#include "actors/sender.hpp"

#include <string>

#include "tests/actors/sender_fixture.hpp"

namespace sender_limits_suite {

using namespace carillon;
using namespace carillon::tests;

CAF_TEST_FIXTURE_SCOPE(sender_limits_tests, sender_fixture)

CAF_TEST(no window of the rate ever holds more attempts than it says) {
  settings.rate = rate_limit{20, 60s, 0};
  answer_always(yes);
  put_many(80);
  start();
  CAF_CHECK_EQUAL(there->calls.size(), 5u);
  pass(6min, 250ms);
  CAF_CHECK_EQUAL(there->calls.size(), 80u);
  CAF_CHECK_LESS_OR_EQUAL(most_calls_within(60s), 20u);
}

CAF_TEST(a rate used within a window before the start is used up) {
  settings.rate = rate_limit{20, 60s, 0};
  answer_always(yes);
  put_many(10);
  start({.last_use = now() - 59s});
  CAF_CHECK_EQUAL(there->calls.size(), 0u);
  pass(10s);
  CAF_CHECK_EQUAL(there->calls.size(), 2u);
}

CAF_TEST(the rate holds across a restart in place) {
  settings.rate = rate_limit{8, 10s, 8};
  answer_always(yes);
  put_many(40);
  start();
  CAF_CHECK_EQUAL(there->calls.size(), 8u);
  throw_in("sender");
  anon_send(aut, wish_again{});
  sched.run();
  CAF_CHECK_EQUAL(*restarts, 1);
  pass(60s, 100ms);
  CAF_CHECK_EQUAL(book->count(delivery_status::delivered), 40);
  CAF_CHECK_LESS_OR_EQUAL(most_calls_within(10s), 8u);
}

CAF_TEST(a rate limited answer freezes the channel and uses up no attempt) {
  settings.concurrency = 1;
  there->reply = [](auto&, int call) {
    return call == 1 ? transport_result{response{.status = 429, .body = "20000"}} : yes;
  };
  const auto first = put("one");
  const auto second = put("two");
  start();
  CAF_CHECK(row(first).what.due_at == now() + 20s);
  CAF_CHECK_EQUAL(row(first).what.attempts, 0);
  there->reply = [](auto&, int) { return yes; };
  pass(19s);
  CAF_CHECK_EQUAL(there->calls.size(), 1u);
  pass(2s);
  CAF_CHECK_EQUAL(there->calls.size(), 3u);
  CAF_CHECK(row(second).what.status == delivery_status::delivered);
  CAF_CHECK_EQUAL(row(first).what.attempts, 1);
  CAF_CHECK_EQUAL(row(first).attempts.size(), 2u);
}

CAF_TEST(refused credentials stop the channel and what waits goes back to storage) {
  settings.concurrency = 1;
  there->reply = [](auto&, int) { return response{.status = 401, .body = "who?"}; };
  const auto first = put("one");
  put_many(5);
  start();
  CAF_CHECK(row(first).what.status == delivery_status::dead);
  CAF_CHECK(row(first).what.error_class == error_class::invalid_credentials);
  pass(1h, 1min);
  CAF_CHECK_EQUAL(there->calls.size(), 1u);
  CAF_CHECK_EQUAL(book->count(delivery_status::pending), 5);
  for (auto& [id, x] : book->rows)
    CAF_CHECK(!x.owned);
}

CAF_TEST(behind refused credentials a backup takes over at once) {
  settings.concurrency = 1;
  settings.failover = {"sms"};
  there->reply = [](auto&, int) { return response{.status = 401, .body = "who?"}; };
  for (int i = 0; i < 40; ++i)
    put("x" + std::to_string(i), priority::normal, [](delivery& x) {
      x.failover = {{"sms", "+491", 3, 1h}};
    });
  start();
  CAF_CHECK_EQUAL(there->calls.size(), 1u);
  CAF_CHECK_EQUAL(book->count(delivery_status::dead), 40);
  CAF_CHECK_EQUAL(book->successors.size(), 40u);
}

CAF_TEST(ten transient failures in a row leave the provider alone but for probes) {
  settings.concurrency = 1;
  answer_always(no);
  put_many(30);
  start();
  CAF_CHECK_EQUAL(there->calls.size(), 10u);
  pass(14s);
  CAF_CHECK_EQUAL(there->calls.size(), 10u);
  pass(2s);
  CAF_CHECK_EQUAL(there->calls.size(), 11u);
  answer_always(yes);
  pass(15s);
  CAF_CHECK_GREATER(there->calls.size(), 25u);
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace sender_limits_suite
