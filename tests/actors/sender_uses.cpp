#define CAF_SUITE sender_uses

#include "actors/sender.hpp"

#include "tests/actors/sender_fixture.hpp"

namespace sender_uses_suite {

using namespace carillon;
using namespace carillon::tests;

namespace {

/// Of one attempt a second, and a provider that is silent until a test lets it
/// speak.
struct sender_uses_fixture : sender_fixture {
  sender_uses_fixture() {
    settings.rate = rate_limit{1, 1s, 1};
    there->writes_at_once = false;
  }

  void begin() {
    put_many(3);
    start();
    CAF_REQUIRE_EQUAL(there->calls.size(), 1u);
  }

  void write(peer by) {
    there->calls.back().note(by);
    sched.run();
  }

  /// The next attempt starts a window and its guard from now on.
  void check_counts_now() {
    const auto before = there->calls.size();
    pass(1050ms, 50ms);
    CAF_CHECK_EQUAL(there->calls.size(), before);
    pass(50ms, 50ms);
    CAF_CHECK_EQUAL(there->calls.size(), before + 1);
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(sender_uses_tests, sender_uses_fixture)

CAF_TEST(an attempt counts from when its request was written) {
  begin();
  pass(3s, 50ms);
  CAF_CHECK_EQUAL(there->calls.size(), 1u);
  write(peer::heard);
  check_counts_now();
  pass(3s, 50ms);
  write(peer::heard);
  check_counts_now();
}

CAF_TEST(an attempt of a scope counts from when its request was written) {
  settings.rate.reset();
  by->per_recipient = rate_limit{1, 1s, 1};
  begin();
  pass(3s, 50ms);
  CAF_CHECK_EQUAL(there->calls.size(), 1u);
  write(peer::heard);
  check_counts_now();
}

CAF_TEST(one whose request was never written counts from its end) {
  begin();
  pass(3s, 50ms);
  there->answer(0, no);
  sched.run();
  check_counts_now();
}

CAF_TEST(on a connection on which nothing was heard an attempt counts from its answer) {
  begin();
  write(peer::silent);
  pass(500ms, 50ms);
  there->answer(0, yes);
  sched.run();
  check_counts_now();
}

CAF_TEST(a provider that thinks about its answer is believed to have taken the connection) {
  begin();
  write(peer::silent);
  pass(1s, 50ms);
  check_counts_now();
}

CAF_TEST(one of which nothing is heard counts from when nothing can be any more) {
  begin();
  pass(20s, 50ms);
  check_counts_now();
}

CAF_TEST(what was under way at a restart counts from when nothing can be heard of it any more) {
  begin();
  throw_in("sender");
  anon_send(aut, wish_again{});
  sched.run();
  CAF_REQUIRE_EQUAL(*restarts, 1);
  pass(20s, 50ms);
  check_counts_now();
}

CAF_TEST(what is under way counts under the rate that is configured meanwhile) {
  begin();
  pass(3s, 50ms);
  order(reconfigure{.settings = settings, .channel = by});
  pass(3s, 50ms);
  CAF_CHECK_EQUAL(there->calls.size(), 1u);
  write(peer::heard);
  check_counts_now();
}

CAF_TEST(a word about an attempt that is over changes nothing) {
  answer_always(yes);
  settings.rate = rate_limit{8, 1s, 8};
  put_many(2);
  start();
  there->calls.front().note(peer::heard);
  sched.run();
  CAF_CHECK_EQUAL(book->count(delivery_status::delivered), 2);
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace sender_uses_suite
