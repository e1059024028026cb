#include "actors/resilient.hpp"

#include "tests/actors/counted.hpp"
#include "tests/actors/faults.hpp"

#include <memory>
#include <stdexcept>

#define CAF_SUITE resilient
#include "tests/caf_test.hpp"

using namespace carillon;
using namespace std::chrono_literals;

namespace {

/// Adds to its sum; throws where told to.
struct add {
  int what{0};
};
struct sum_now {};
struct throw_now {};
struct ask_first {};
struct leave_me {};
struct tick_later {};

}  // namespace

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(add)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sum_now)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(throw_now)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(ask_first)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(leave_me)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tick_later)

namespace {

using slow_actor = caf::typed_actor<caf::replies_to<sum_now>::with<int>>;
using summer = caf::typed_actor<caf::reacts_to<add>, caf::replies_to<sum_now>::with<int>,
                                caf::reacts_to<throw_now>, caf::reacts_to<ask_first>,
                                caf::reacts_to<leave_me>, caf::reacts_to<tick_later>>;

struct seen {
  int lives{0};
  int ticks{0};
  int answers{0};
  bool fragile_start{false};
};

class summer_state {
 public:
  static constexpr const char* name = "summer";
  using self_type = resilient<summer>;

  summer_state(self_type& self, std::shared_ptr<seen> seen, slow_actor slow)
      : self_(self), seen_(std::move(seen)), slow_(std::move(slow)) {
    ++seen_->lives;
    if (seen_->fragile_start && self_.life() == 1)
      throw std::runtime_error("a start on order");
    self_.set_down_handler([](caf::down_msg&) { throw std::runtime_error("a down on order"); });
  }

  self_type::behavior_type behavior() {
    return {
      [this](const add& x) { sum_ += x.what; },
      [this](sum_now) { return sum_; },
      [](throw_now) { throw std::runtime_error("on order"); },
      [this](ask_first) {
        self_.request(slow_, caf::infinite, sum_now{}).then([this](int) {
          ++seen_->answers;
          throw std::runtime_error("in a continuation");
        });
      },
      [this](leave_me) { self_.monitor(slow_); },
      [this](tick_later) { self_.after(1s, 7); },
      [this](tick) { ++seen_->ticks; },
    };
  }

 private:
  self_type& self_;
  std::shared_ptr<seen> seen_;
  slow_actor slow_;
  int sum_ = 0;
};

/// Ends at its first failure.
class brief_state {
 public:
  static constexpr const char* name = "brief";
  static constexpr bool temporary = true;

  explicit brief_state(resilient<watchdog_actor>&) {}
  resilient<watchdog_actor>::behavior_type behavior() {
    return {[](const recount&) {}, [](const tallies_ptr&) {}, [](const channel_news&) {},
            [](tick) {}};
  }
};

struct fixture : test_coordinator_fixture<> {
  fixture() {
    slow = sys.spawn([]() -> slow_actor::behavior_type { return {[](sum_now) { return 1; }}; });
    supervisor = sys.spawn([this]() -> supervisor_actor::behavior_type {
      return {[this](const child_failed& x) { failures.push_back(x.what); }};
    });
    dut = sys.spawn<resilient_actor<summer, summer_state>>(care{supervisor, gauges}, notes, slow);
    sched.run();
  }

  ~fixture() {
    tests::no_more_faults();
    caf::anon_send_exit(dut, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(slow, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(supervisor, caf::exit_reason::user_shutdown);
    sched.run();
  }

  int sum() {
    int result = -1;
    auto asked = self->request(dut, caf::infinite, sum_now{});
    sched.run();
    asked.receive([&](int x) { result = x; }, [](const caf::error&) {});
    return result;
  }

  tests::counted gauges;
  std::shared_ptr<seen> notes = std::make_shared<seen>();
  std::vector<std::string> failures;
  slow_actor slow;
  supervisor_actor supervisor;
  summer dut;
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(resilient_tests, fixture)

CAF_TEST(a throw starts the actor again at its address with its waiting mail) {
  self->send(dut, add{5});
  self->send(dut, throw_now{});
  self->send(dut, add{3});
  sched.run();
  CAF_CHECK_EQUAL(sum(), 3);
  CAF_CHECK_EQUAL(notes->lives, 2);
  CAF_REQUIRE_EQUAL(failures.size(), 1u);
  CAF_CHECK_EQUAL(failures[0], "on order");
}

CAF_TEST(a fault before a message costs that message alone) {
  tests::throw_in("summer");
  self->send(dut, add{5});
  self->send(dut, add{3});
  sched.run();
  CAF_CHECK_EQUAL(sum(), 3);
  CAF_CHECK_EQUAL(failures.size(), 1u);
}

CAF_TEST(a request whose handler throws is answered with the error) {
  tests::throw_in("summer");
  auto asked = self->request(dut, caf::infinite, sum_now{});
  sched.run();
  bool failed = false;
  asked.receive([](int) {}, [&](const caf::error& e) { failed = e == caf::sec::runtime_error; });
  CAF_CHECK(failed);
}

CAF_TEST(a throw in a continuation is caught too) {
  self->send(dut, ask_first{});
  sched.run();
  CAF_CHECK_EQUAL(notes->answers, 1);
  CAF_CHECK_EQUAL(notes->lives, 2);
  CAF_CHECK_EQUAL(failures, std::vector<std::string>{"in a continuation"});
}

CAF_TEST(a throw in a down handler is caught too) {
  self->send(dut, leave_me{});
  sched.run();
  caf::anon_send_exit(slow, caf::exit_reason::user_shutdown);
  sched.run();
  CAF_CHECK_EQUAL(failures, std::vector<std::string>{"a down on order"});
  CAF_CHECK_EQUAL(sum(), 0);
}

CAF_TEST(continuations of an earlier life are dropped) {
  self->send(dut, ask_first{});
  self->send(dut, throw_now{});
  sched.run();
  CAF_CHECK_EQUAL(notes->answers, 0);
  CAF_CHECK_EQUAL(notes->lives, 2);
}

CAF_TEST(ticks of an earlier life never arrive) {
  self->send(dut, tick_later{});
  self->send(dut, throw_now{});
  sched.run();
  advance_time(2s);
  sched.run();
  CAF_CHECK_EQUAL(notes->ticks, 0);
  self->send(dut, tick_later{});
  sched.run();
  advance_time(2s);
  sched.run();
  CAF_CHECK_EQUAL(notes->ticks, 1);
}

CAF_TEST(the sixth failure within half a minute ends it with the error) {
  self->monitor(dut);
  for (int i = 0; i < 5; ++i)
    self->send(dut, throw_now{});
  sched.run();
  CAF_CHECK(!self->has_next_message());
  self->send(dut, throw_now{});
  sched.run();
  bool told = false;
  self->receive([&](caf::down_msg& x) { told = x.reason == caf::sec::runtime_error; });
  CAF_CHECK(told);
  CAF_CHECK_EQUAL(failures.size(), 6u);
}

CAF_TEST(failures further apart are borne for ever) {
  self->monitor(dut);
  for (int i = 0; i < 20; ++i) {
    self->send(dut, throw_now{});
    sched.run();
    advance_time(7s);
  }
  CAF_CHECK(!self->has_next_message());
  CAF_CHECK_EQUAL(notes->lives, 21);
}

CAF_TEST(a new life that cannot start counts as a failure of its own) {
  notes->fragile_start = true;
  self->send(dut, throw_now{});
  sched.run();
  CAF_CHECK_EQUAL(failures, (std::vector<std::string>{"on order", "a start on order"}));
  CAF_CHECK_EQUAL(sum(), 0);
}

CAF_TEST(a temporary actor ends at its first failure) {
  watchdog_actor brief = sys.spawn<resilient_actor<watchdog_actor, brief_state>>(care{supervisor});
  self->monitor(brief);
  tests::throw_in("brief");
  self->send(brief, recount{});
  sched.run();
  CAF_CHECK(self->has_next_message());
  CAF_CHECK_EQUAL(failures.size(), 1u);
}

CAF_TEST(it is shown from its beginning) {
  CAF_CHECK_EQUAL(gauges.depths.count("summer"), 1u);
  CAF_CHECK(gauges.began_ones.contains("summer"));
}

CAF_TEST(a long mailbox is shown and shown as empty afterwards) {
  for (int i = 0; i < 100; ++i)
    self->send(dut, add{1});
  sched.run();
  CAF_CHECK(gauges.deepest["summer"] > 0);
  CAF_CHECK_EQUAL(gauges.depths["summer"], 0);
}

CAF_TEST_FIXTURE_SCOPE_END()
