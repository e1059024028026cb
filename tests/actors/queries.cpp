#include "actors/queries.hpp"

#include "tests/actors/counted.hpp"
#include "tests/actors/faults.hpp"

#include <stdexcept>

#define CAF_SUITE queries
#include "tests/caf_test.hpp"

namespace queries_suite {

using namespace carillon;

namespace {

/// Answers an unread count with the number of the reader that was asked.
class numbered_reader final : public storage::reader {
 public:
  numbered_reader(int number, bool* broken) : number_(number), broken_(broken) {}

  void run(query& what) override {
    if (std::exchange(*broken_, false))
      throw std::runtime_error("a broken reader");
    std::get<count_unread>(what.what).reply(number_);
  }

 private:
  int number_;
  bool* broken_;
};

struct fixture : test_coordinator_fixture<> {
  fixture() {
    supervisor =
      sys.spawn([]() -> supervisor_actor::behavior_type { return {[](const child_failed&) {}}; });
    dut = spawn_queries(
      sys, supervisor, gauges,
      [this]() -> std::unique_ptr<storage::reader> {
        if (away)
          throw storage::store_failure("away");
        return std::make_unique<numbered_reader>(++opened, &broken);
      },
      {2, 3}, false);
    sched.run();
  }

  ~fixture() {
    tests::no_more_faults();
    caf::anon_send_exit(dut, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(supervisor, caf::exit_reason::user_shutdown);
    sched.run();
  }

  /// Asks; the answer is noted under that label.
  void ask(const std::string& label, bool outside = true) {
    auto what = std::make_shared<query>();
    what->outside = outside;
    what->what =
      count_unread{.reply = answer<std::int64_t>{[this, label](const result<std::int64_t>& x) {
                     order.push_back(label);
                     if (!x)
                       errors[label] = x.error();
                   }}};
    self->send(dut, std::move(what));
  }

  tests::counted gauges;
  bool away = false;
  bool broken = false;
  int opened = 0;
  std::vector<std::string> order;
  std::map<std::string, error> errors;
  supervisor_actor supervisor;
  queries_actor dut;
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(queries_tests, fixture)

CAF_TEST(readers are opened when needed and used again) {
  CAF_CHECK_EQUAL(opened, 0);
  ask("a");
  sched.run();
  ask("b");
  sched.run();
  CAF_CHECK_EQUAL(order, (std::vector<std::string>{"a", "b"}));
  CAF_CHECK_EQUAL(opened, 1);
}

CAF_TEST(what comes together is read by several readers up to the bound) {
  for (auto label : {"a", "b", "c", "d"})
    ask(label);
  sched.run();
  CAF_CHECK_EQUAL(order.size(), 4u);
  CAF_CHECK(errors.empty());
  CAF_CHECK_EQUAL(opened, 2);
}

CAF_TEST(past the bound reads from outside are told to come again) {
  for (auto label : {"a", "b", "c", "d", "e", "f"})
    ask(label);
  sched.run();
  CAF_REQUIRE_EQUAL(errors.size(), 1u);
  CAF_CHECK(errors["f"].code == errc::busy);
  CAF_CHECK(errors["f"].retry_after == seconds{1});
}

CAF_TEST(reads of the engine itself are never refused) {
  for (int i = 0; i < 20; ++i)
    ask("in " + std::to_string(i), false);
  sched.run();
  CAF_CHECK_EQUAL(order.size(), 20u);
  CAF_CHECK(errors.empty());
}

CAF_TEST(inside and outside take turns) {
  ask("busy 1");
  ask("busy 2");
  for (auto label : {"o1", "o2", "o3"})
    ask(label);
  for (auto label : {"i1", "i2", "i3"})
    ask(label, false);
  sched.run();
  order.erase(order.begin(), order.begin() + 2);
  CAF_CHECK_EQUAL(order, (std::vector<std::string>{"i1", "o1", "i2", "o2", "i3", "o3"}));
}

CAF_TEST(an exception answers its query and opens the reader again) {
  ask("a");
  sched.run();
  broken = true;
  ask("b");
  sched.run();
  ask("c");
  sched.run();
  CAF_REQUIRE_EQUAL(errors.size(), 1u);
  CAF_CHECK(errors["b"].code == errc::internal);
  CAF_CHECK_EQUAL(opened, 2);
}

CAF_TEST(without the store queries are answered unavailable and the reader opens later) {
  away = true;
  ask("a");
  sched.run();
  CAF_CHECK(errors["a"].code == errc::unavailable);
  away = false;
  ask("b");
  sched.run();
  CAF_CHECK_EQUAL(errors.size(), 1u);
}

CAF_TEST(after a failure what waited is answered and the next is read) {
  tests::throw_in("queries");
  ask("a");
  sched.run();
  CAF_CHECK(errors["a"].code == errc::internal);
  ask("b");
  sched.run();
  CAF_CHECK_EQUAL(errors.size(), 1u);
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace queries_suite
