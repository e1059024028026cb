#define CAF_SUITE sender_outcomes

#include "actors/sender.hpp"

#include <string>

#include "tests/actors/sender_fixture.hpp"

namespace sender_outcomes_suite {

using namespace carillon;
using namespace carillon::tests;

CAF_TEST_FIXTURE_SCOPE(sender_outcomes_tests, sender_fixture)

CAF_TEST(two failures and a yes are three attempts) {
  there->reply = [](auto&, int call) { return call < 3 ? no : yes; };
  const auto id = put("one");
  start();
  CAF_CHECK(row(id).what.status == delivery_status::retrying);
  CAF_CHECK(row(id).what.due_at == now() + 10s);
  pass(39s);
  CAF_CHECK(row(id).what.status == delivery_status::retrying);
  pass(2s);
  const auto& x = row(id);
  CAF_CHECK(x.what.status == delivery_status::delivered);
  CAF_CHECK_EQUAL(x.what.attempts, 3);
  CAF_REQUIRE_EQUAL(x.attempts.size(), 3u);
  CAF_CHECK(x.attempts[0].outcome == delivery_status::retrying);
  CAF_CHECK(x.attempts[2].outcome == delivery_status::delivered);
  CAF_CHECK_EQUAL(counts.retried_, 2);
  CAF_CHECK_EQUAL(counts.sent_, 1);
}

CAF_TEST(what is with the provider is in flight until its outcome is committed) {
  settings.concurrency = 1;
  const auto first = put("one");
  const auto second = put("two");
  start();
  CAF_CHECK(in_flight->has(first));
  CAF_CHECK_EQUAL(in_flight->all().size(), 1u);
  book->refuse = 1;
  book->refuse_as = errc::busy;
  there->answer(0, yes);
  sched.run();
  CAF_CHECK(in_flight->has(first));
  pass(1s, 100ms);
  CAF_CHECK(!in_flight->has(first));
  CAF_CHECK(in_flight->has(second));
  there->answer(1, no);
  sched.run();
  CAF_CHECK(row(second).what.status == delivery_status::retrying);
  CAF_CHECK(in_flight->all().empty());
}

CAF_TEST(a spent budget is death and starts the backup) {
  answer_always(no);
  const auto id = put("one", priority::normal, [](delivery& x) {
    x.max_attempts = 2;
    x.failover = {{"sms", "+491", 3, 1h}};
  });
  start();
  pass(11s);
  CAF_CHECK(row(id).what.status == delivery_status::dead);
  CAF_CHECK_EQUAL(row(id).attempts.size(), 2u);
  CAF_REQUIRE_EQUAL(book->successors.size(), 1u);
  CAF_CHECK_EQUAL(book->successors[0].channel, "sms");
  CAF_CHECK(row(id).what.failed_over_to == book->successors[0].id);
  CAF_CHECK_EQUAL(counts.failed_[error_class::transient], 1);
}

CAF_TEST(a permanent refusal is death at once) {
  answer_always(response{.status = 404, .body = "gone"});
  const auto id = put("one");
  start();
  CAF_CHECK(row(id).what.status == delivery_status::dead);
  CAF_CHECK(row(id).what.error_class == error_class::invalid_recipient);
  CAF_CHECK_EQUAL(counts.failed_[error_class::invalid_recipient], 1);
}

CAF_TEST(what cannot be composed dies alone) {
  answer_always(yes);
  const auto bad = put("bad");
  const auto worse = put("worse");
  const auto good = put("good");
  start();
  for (auto& id : {bad, worse}) {
    CAF_CHECK(row(id).what.status == delivery_status::dead);
    CAF_CHECK(row(id).what.error_class == error_class::invalid_request);
  }
  CAF_CHECK_EQUAL(row(bad).what.last_error, "a title that cannot be sent");
  CAF_CHECK(row(good).what.status == delivery_status::delivered);
  CAF_CHECK_EQUAL(there->calls.size(), 1u);
  CAF_CHECK_EQUAL(*restarts, 0);
}

CAF_TEST(an address that nobody can have is an invalid recipient) {
  const auto id = put("nobody");
  start();
  CAF_CHECK(row(id).what.status == delivery_status::dead);
  CAF_CHECK(row(id).what.error_class == error_class::invalid_recipient);
  CAF_CHECK_EQUAL(row(id).what.last_error, "an address that nobody can have");
  CAF_CHECK_EQUAL(there->calls.size(), 0u);
}

CAF_TEST(an answer that cannot be read is retried and says that its outcome is unknown) {
  answer_always(response{.status = 666});
  const auto id = put("one");
  start();
  CAF_CHECK(row(id).what.status == delivery_status::retrying);
  CAF_CHECK(row(id).what.last_error.find("unknown") != std::string::npos);
  CAF_CHECK_EQUAL(*restarts, 0);
}

CAF_TEST(what is past its time dies without an attempt) {
  settings.concurrency = 1;
  settings.rate = rate_limit{1, 1h, 0};
  put("first");
  const auto late = put("late", priority::normal, [](delivery& x) {
    x.error_class = error_class::rate_limited;
    x.last_error = "429: slow down";
    x.expires_at = x.created_at + 30s;
    x.failover = {{"sms", "+491", 3, 1h}};
  });
  answer_always(yes);
  start();
  pass(29s);
  CAF_CHECK(row(late).what.status == delivery_status::pending);
  pass(2s);
  CAF_CHECK(row(late).what.status == delivery_status::dead);
  CAF_CHECK_EQUAL(row(late).what.attempts, 0);
  CAF_CHECK_EQUAL(row(late).what.last_error,
                  "429: slow down (not delivered before its time was over)");
  CAF_CHECK(row(late).what.error_class == error_class::rate_limited);
  CAF_CHECK(row(late).attempts.empty());
  CAF_CHECK_EQUAL(book->successors.size(), 1u);
  CAF_CHECK_EQUAL(there->calls.size(), 1u);
}

CAF_TEST(an outcome is told again until it is committed and keeps its slot) {
  answer_always(yes);
  book->refuse = 5;
  const auto id = put("one");
  start();
  CAF_CHECK_EQUAL(book->told, 1);
  CAF_CHECK(row(id).what.status == delivery_status::pending);
  anon_send(aut, wish_again{});
  sched.run();
  CAF_REQUIRE_EQUAL(book->wishes.back().held.size(), 1u);
  CAF_CHECK_EQUAL(book->wishes.back().room[static_cast<std::size_t>(priority::normal)], 31u);
  pass(10s, 50ms);
  CAF_CHECK_EQUAL(book->told, 6);
  CAF_CHECK(row(id).what.status == delivery_status::delivered);
  CAF_CHECK_EQUAL(there->calls.size(), 1u);
  CAF_CHECK_EQUAL(counts.sent_, 1);
  anon_send(aut, wish_again{});
  sched.run();
  CAF_CHECK(book->wishes.back().held.empty());
}

CAF_TEST(an outcome whose commit is in doubt is told again) {
  answer_always(yes);
  book->refuse = 1;
  book->refuse_as = errc::internal;
  const auto id = put("one");
  start();
  pass(1s, 50ms);
  CAF_CHECK_EQUAL(book->told, 2);
  CAF_CHECK(row(id).what.status == delivery_status::delivered);
}

CAF_TEST(an outcome that storage will never take is let go) {
  answer_always(yes);
  book->refuse = 1;
  book->refuse_as = errc::not_found;
  put("one");
  start();
  pass(10s);
  CAF_CHECK_EQUAL(book->told, 1);
  anon_send(aut, wish_again{});
  sched.run();
  CAF_CHECK(book->wishes.back().held.empty());
}

CAF_TEST(a settlement dropped unanswered is told again) {
  answer_always(yes);
  book->stalled = true;
  const auto id = put("one");
  start();
  book->stalled = false;
  book->kept.clear();
  sched.run();
  pass(1s, 50ms);
  CAF_CHECK_EQUAL(book->told, 2);
  CAF_CHECK(row(id).what.status == delivery_status::delivered);
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace sender_outcomes_suite
