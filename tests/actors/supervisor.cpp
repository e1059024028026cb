#include "actors/supervisor.hpp"

#include "actors/resilient.hpp"
#include "tests/actors/counted.hpp"
#include "tests/actors/faults.hpp"

#include <optional>

#define CAF_SUITE supervisor
#include "tests/caf_test.hpp"

namespace supervisor_suite {

using namespace carillon;
using namespace std::chrono_literals;

namespace {

/// An actor that writes down when it ends.
class lodger_state {
 public:
  static constexpr const char* name = "lodger";
  using self_type = resilient<watchdog_actor>;

  lodger_state(self_type& self, std::vector<std::string>* ends, std::string label) {
    self.set_exit_handler([&self, ends, label](caf::exit_msg& x) {
      ends->push_back(label);
      self.quit(x.reason);
    });
  }
  self_type::behavior_type behavior() {
    return {[](const recount&) {}, [](const tallies_ptr&) {}, [](const channel_news&) {},
            [](tick) {}};
  }
};

struct fixture : test_coordinator_fixture<> {
  fixture()
      : tree(sys, counts, [this](const std::string& why) { ended.push_back(why); }),
        first(tree.group("first")),
        second(tree.group("second")) {
    a = lodger("a", first);
    b = lodger("b", first);
    c = lodger("c", second);
    sched.run();
  }

  ~fixture() {
    tests::no_more_faults();
    tree.stop();
    for (auto& x : {a, b, c})
      caf::anon_send_exit(x, caf::exit_reason::kill);
    sched.run();
  }

  watchdog_actor lodger(const std::string& label, const supervisor_actor& group) {
    watchdog_actor made =
      sys.spawn<resilient_actor<watchdog_actor, lodger_state>>(care{group}, &ends, label);
    tree.watch(group, made);
    return made;
  }

  void fail(const watchdog_actor& who, int times) {
    tests::throw_in("lodger", times);
    for (int i = 0; i < times; ++i)
      self->send(who, recount{});
    sched.run();
  }

  tests::counted counts;
  std::vector<std::string> ends;
  std::vector<std::string> ended;
  supervision tree;
  supervisor_actor first;
  supervisor_actor second;
  watchdog_actor a;
  watchdog_actor b;
  watchdog_actor c;
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(supervisor_tests, fixture)

CAF_TEST(an ordered stop goes in reverse order and tells no reason) {
  tree.stop();
  sched.run();
  CAF_CHECK_EQUAL(ends, (std::vector<std::string>{"c", "b", "a"}));
  CAF_CHECK_EQUAL(ended, std::vector<std::string>{""});
}

CAF_TEST(a restart is counted and nothing else happens) {
  fail(a, 1);
  CAF_CHECK_EQUAL(counts.restarts["lodger"], 1);
  CAF_CHECK(ends.empty());
  CAF_CHECK(ended.empty());
}

CAF_TEST(an actor past its intensity takes everything with it) {
  fail(a, 6);
  CAF_CHECK_EQUAL(counts.restarts["lodger"], 6);
  CAF_CHECK_EQUAL(ends, (std::vector<std::string>{"b", "c"}));
  CAF_REQUIRE_EQUAL(ended.size(), 1u);
  CAF_CHECK(ended[0].find("a fault on order in lodger") != std::string::npos);
}

CAF_TEST(an actor that ends in order is forgotten) {
  caf::anon_send_exit(b, caf::exit_reason::user_shutdown);
  sched.run();
  CAF_CHECK(ended.empty());
  tree.stop();
  sched.run();
  CAF_CHECK_EQUAL(ends, (std::vector<std::string>{"b", "c", "a"}));
}

CAF_TEST(one adopted while everything stops is stopped as well) {
  tree.stop();
  auto late = lodger("late", second);
  sched.run();
  CAF_CHECK_EQUAL(ends.size(), 4u);
  CAF_CHECK_EQUAL(ended.size(), 1u);
}

CAF_TEST(after a failure the end is told in time even if an actor hangs) {
  auto hanging = sys.spawn([](watchdog_actor::pointer self) -> watchdog_actor::behavior_type {
    self->set_exit_handler([](caf::exit_msg&) {});
    return {[](const recount&) {}, [](const tallies_ptr&) {}, [](const channel_news&) {}};
  });
  tree.watch(first, hanging);
  sched.run();
  fail(c, 6);
  CAF_CHECK(ended.empty());
  advance_time(10s);
  sched.run();
  CAF_REQUIRE_EQUAL(ended.size(), 1u);
  CAF_CHECK(ended[0].find("lodger") != std::string::npos);
  caf::anon_send_exit(hanging, caf::exit_reason::kill);
  sched.run();
  CAF_CHECK_EQUAL(ended.size(), 1u);
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace supervisor_suite
