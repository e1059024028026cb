#include "actors/watchdog.hpp"

#include "tests/actors/counted.hpp"
#include "tests/actors/faults.hpp"

#define CAF_SUITE watchdog
#include "tests/caf_test.hpp"

using namespace carillon;

namespace {

struct fixture : test_coordinator_fixture<> {
  fixture() {
    persistence = sys.spawn([this]() -> persistence_actor::behavior_type {
      return {
        [](const unit_ptr&) {},    [](const want_ptr&) {},
        [](const due&) {},         [this](survey_again) { ++surveys; },
        [](const close_store&) {},
      };
    });
    supervisor =
      sys.spawn([]() -> supervisor_actor::behavior_type { return {[](const child_failed&) {}}; });
    dut = spawn_watchdog(sys, supervisor, gauges, persistence);
    sched.run();
  }

  ~fixture() {
    tests::no_more_faults();
    caf::anon_send_exit(dut, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(persistence, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(supervisor, caf::exit_reason::user_shutdown);
    sched.run();
  }

  static tallies_ptr changes(std::vector<tally> x) {
    return std::make_shared<const std::vector<tally>>(std::move(x));
  }

  void tell(std::vector<tally> x) {
    self->send(dut, changes(std::move(x)));
    sched.run();
  }

  tests::counted gauges;
  int surveys = 0;
  persistence_actor persistence;
  supervisor_actor supervisor;
  watchdog_actor dut;
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(watchdog_tests, fixture)

CAF_TEST(changes add up by channel and lane) {
  tell({{"mail", {0, 2, 0, 1}, 0}, {"ring", {1, 0, 0, 0}, 1}});
  tell({{"mail", {0, -1, 0, 0}, 3}});
  CAF_CHECK_EQUAL((gauges.queued[{"mail", priority::normal}]), 1);
  CAF_CHECK_EQUAL((gauges.queued[{"mail", priority::urgent}]), 1);
  CAF_CHECK_EQUAL((gauges.queued[{"ring", priority::low}]), 1);
  CAF_CHECK_EQUAL(gauges.dead["mail"], 3);
  CAF_CHECK_EQUAL(gauges.dead["ring"], 1);
}

CAF_TEST(a recount replaces everything counted before) {
  tell({{"mail", {0, 2, 0, 1}, 4}});
  self->send(dut, recount{changes({{"ring", {0, 7, 0, 0}, 0}})});
  sched.run();
  CAF_CHECK_EQUAL((gauges.queued[{"mail", priority::normal}]), 0);
  CAF_CHECK_EQUAL(gauges.dead["mail"], 0);
  CAF_CHECK_EQUAL((gauges.queued[{"ring", priority::normal}]), 7);
  tell({{"ring", {0, -7, 0, 0}, 0}});
  CAF_CHECK_EQUAL((gauges.queued[{"ring", priority::normal}]), 0);
}

CAF_TEST(after a failure it asks for a recount) {
  CAF_CHECK_EQUAL(surveys, 0);
  tests::throw_in("watchdog");
  tell({{"mail", {0, 2, 0, 1}, 4}});
  CAF_CHECK_EQUAL(surveys, 1);
}

CAF_TEST_FIXTURE_SCOPE_END()
