#define CAF_SUITE sender_news

#include "actors/sender.hpp"

#include "tests/actors/sender_fixture.hpp"

namespace sender_news_suite {

using namespace carillon;
using namespace carillon::tests;

namespace {

struct news_fixture : sender_fixture {
  /// The next attempt succeeds.
  void deliver() {
    answer_always(yes);
    put("good");
    serve();
  }

  void with_backup(delivery& x) const { x.failover = {{"sms", "+491", 3, 1h}}; }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(sender_news_tests, news_fixture)

CAF_TEST(a success is told once after a failure) {
  answer_always(response{.status = 400, .body = "no"});
  put("refused");
  start();
  CAF_REQUIRE_EQUAL(failings.size(), 1u);
  CAF_CHECK(!failings.back().for_operator);
  deliver();
  CAF_REQUIRE_EQUAL(failings.size(), 2u);
  CAF_CHECK_EQUAL(failings.back().in_a_row, 0);
  deliver();
  CAF_CHECK_EQUAL(failings.size(), 2u);
}

CAF_TEST(what is an operators to mend is told as such) {
  answer_always(response{.status = 403, .body = "no such template"});
  put("refused");
  start();
  CAF_REQUIRE_EQUAL(failings.size(), 1u);
  CAF_CHECK(failings.back().for_operator);
}

CAF_TEST(a success after a failover without a failure is told) {
  settings.rate = rate_limit{1, 1min, 0};
  answer_always(yes);
  put("first");
  put("late", priority::normal, [this](delivery& x) {
    x.expires_at = now() + 30s;
    with_backup(x);
  });
  start();
  CAF_CHECK_EQUAL(there->calls.size(), 1u);
  pass(31s);
  CAF_CHECK_EQUAL(book->successors.size(), 1u);
  CAF_CHECK(failings.empty());
  put("next");
  pass(5min);
  CAF_CHECK_EQUAL(there->calls.size(), 2u);
  CAF_REQUIRE_EQUAL(failings.size(), 1u);
  CAF_CHECK_EQUAL(failings.back().in_a_row, 0);
}

CAF_TEST(a success between a death and its commit is not the one that ends the failover) {
  const auto id = put("refused", priority::normal, [this](delivery& x) { with_backup(x); });
  put("good");
  start();
  book->stalled = true;
  there->answer(0, response{.status = 400, .body = "no"});
  there->answer(1, yes);
  sched.run();
  CAF_REQUIRE_EQUAL(failings.size(), 2u);
  book->stalled = false;
  book->kept.clear();
  sched.run();
  pass(1s, 100ms);
  CAF_CHECK(row(id).what.status == delivery_status::dead);
  deliver();
  CAF_REQUIRE_EQUAL(failings.size(), 3u);
  CAF_CHECK_EQUAL(failings.back().in_a_row, 0);
}

CAF_TEST(a limit of the whole channel is told and so is the success that ends it) {
  answer_always(response{.status = 429, .body = "3600000"});
  put("one");
  start();
  CAF_REQUIRE_EQUAL(limits.size(), 1u);
  CAF_CHECK_EQUAL(limits[0].channel, "hook");
  CAF_CHECK(limits[0].until - limits[0].since == 1h);
  CAF_CHECK_EQUAL(limits[0].why, "429: 3600000");
  answer_always(yes);
  pass(1h + 1min, 1min);
  CAF_REQUIRE_EQUAL(failings.size(), 1u);
  CAF_CHECK_EQUAL(failings.back().in_a_row, 0);
}

CAF_TEST(a limit of one recipient is no news) {
  by->per_recipient = rate_limit{10, 1s, 10};
  answer_always(response{.status = 429, .body = "3600000 own"});
  put("one", priority::normal, [](delivery& x) { x.recipient = "ann"; });
  start();
  CAF_CHECK(limits.empty());
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace sender_news_suite
