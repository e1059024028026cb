#include "actors/retry_scheduler.hpp"

#include "tests/actors/counted.hpp"
#include "tests/actors/faults.hpp"

#define CAF_SUITE retry_scheduler
#include "tests/caf_test.hpp"

namespace retry_scheduler_suite {

using namespace carillon;
using namespace std::chrono_literals;

namespace {

struct fixture : test_coordinator_fixture<> {
  fixture() {
    persistence = sys.spawn([this]() -> persistence_actor::behavior_type {
      return {
        [](const unit_ptr&) {},
        [](const want_ptr&) {},
        [this](const due& x) { came.push_back(x.key); },
        [this](survey_again) { ++surveys; },
        [](const close_store&) {},
      };
    });
    supervisor =
      sys.spawn([]() -> supervisor_actor::behavior_type { return {[](const child_failed&) {}}; });
    dut = spawn_retry_scheduler(sys, supervisor, gauges, persistence,
                                [this] { return start + skew + elapsed(); });
    sched.run();
  }

  ~fixture() {
    tests::no_more_faults();
    caf::anon_send_exit(dut, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(persistence, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(supervisor, caf::exit_reason::user_shutdown);
    sched.run();
  }

  milliseconds elapsed() {
    return std::chrono::duration_cast<milliseconds>(sched.clock().now() - origin);
  }

  void set(const timer_key& key, milliseconds in) {
    self->send(dut, arm{key, start + skew + elapsed() + in});
    sched.run();
  }

  void pass(milliseconds time) {
    advance_time(time);
    sched.run();
  }

  const timestamp start{1'700'000'000'000ms};
  milliseconds skew{0};
  steady_time origin = sched.clock().now();
  tests::counted gauges;
  std::vector<timer_key> came;
  int surveys = 0;
  persistence_actor persistence;
  supervisor_actor supervisor;
  retry_scheduler_actor dut;
  const timer_key mail{timer_kind::retry, "mail"};
  const timer_key ring{timer_kind::retry, "ring"};
  const timer_key release{timer_kind::release, ""};
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(retry_scheduler_tests, fixture)

CAF_TEST(a key is told at its time and once) {
  set(mail, 1000ms);
  pass(999ms);
  CAF_CHECK(came.empty());
  pass(1ms);
  CAF_CHECK(came == std::vector{mail});
  pass(60s);
  CAF_CHECK_EQUAL(came.size(), 1u);
}

CAF_TEST(of one key the earliest counts) {
  set(mail, 5s);
  set(mail, 2s);
  set(mail, 9s);
  pass(2s);
  CAF_CHECK(came == std::vector{mail});
  pass(20s);
  CAF_CHECK_EQUAL(came.size(), 1u);
}

CAF_TEST(keys do not disturb one another) {
  set(mail, 3s);
  set(release, 1s);
  set(ring, 2s);
  pass(1s);
  CAF_CHECK(came == std::vector{release});
  pass(1s);
  CAF_CHECK(came == (std::vector{release, ring}));
  pass(1s);
  CAF_CHECK(came == (std::vector{release, ring, mail}));
}

CAF_TEST(what is overdue is told at once) {
  set(mail, -1h);
  pass(0ms);
  CAF_CHECK(came == std::vector{mail});
}

CAF_TEST(a time far away is reached in steps of at most half a minute) {
  set(mail, 1h);
  CAF_CHECK(sched.clock().schedule().begin()->first <= sched.clock().now() + 30s);
  for (int i = 0; i < 119; ++i)
    pass(30s);
  CAF_CHECK(came.empty());
  pass(30s);
  CAF_CHECK(came == std::vector{mail});
}

CAF_TEST(a wall clock that jumps ahead is noticed within half a minute) {
  set(mail, 1h);
  skew = 2h;
  pass(30s);
  CAF_CHECK(came == std::vector{mail});
}

CAF_TEST(after a failure it asks for what waits in storage) {
  set(mail, 1h);
  tests::throw_in("retry_scheduler");
  set(ring, 1s);
  CAF_CHECK_EQUAL(surveys, 1);
  pass(2h);
  CAF_CHECK(came.empty());
  set(ring, 1s);
  pass(1s);
  CAF_CHECK(came == std::vector{ring});
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace retry_scheduler_suite
