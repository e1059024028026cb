#define CAF_SUITE live_timer_wheel

#include "adapters/live/timer_wheel.hpp"

#include <functional>
#include <list>
#include <random>
#include <vector>

#include "tests/caf_test.hpp"

namespace live_timer_wheel_suite {

using namespace carillon;
using namespace carillon::live;
using namespace std::chrono_literals;

namespace {

struct bell {
  std::function<void()> ring;
  timer_wheel::timer timer{[](void* me) { static_cast<bell*>(me)->ring(); }, this};
};

struct fixture {
  steady_time now{1h};
  timer_wheel wheel{now};

  void pass(milliseconds time) { wheel.advance(now += time); }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(timer_wheel_tests, fixture)

CAF_TEST(a timer fires once and never before its time) {
  std::mt19937 random{7};
  for (int round = 0; round < 300; ++round) {
    const milliseconds wait{random() % 120000};
    int rung = 0;
    bell a{[&] { ++rung; }};
    pass(milliseconds{random() % 100});
    wheel.arm(a.timer, wait);
    milliseconds waited{0};
    while (rung == 0) {
      const milliseconds step{1 + random() % 99};
      pass(step);
      waited += step;
    }
    CAF_CHECK(waited >= wait);
    CAF_CHECK(waited <= wait + 300ms);
    CAF_CHECK(!a.timer.armed());
    pass(60s);
    CAF_CHECK_EQUAL(rung, 1);
  }
}

CAF_TEST(a cancelled or destroyed timer is silent) {
  bell a{[] { CAF_ERROR("a cancelled timer rang"); }};
  wheel.arm(a.timer, 1s);
  a.timer.cancel();
  {
    bell b{[] { CAF_ERROR("a destroyed timer rang"); }};
    wheel.arm(b.timer, 1s);
  }
  pass(2s);
}

CAF_TEST(arming again moves a timer) {
  int rung = 0;
  bell a{[&] { ++rung; }};
  wheel.arm(a.timer, 1s);
  wheel.arm(a.timer, 3s);
  pass(2s);
  CAF_CHECK_EQUAL(rung, 0);
  pass(1300ms);
  CAF_CHECK_EQUAL(rung, 1);
}

CAF_TEST(a timer may arm itself again) {
  int rung = 0;
  bell a;
  a.ring = [&] {
    ++rung;
    wheel.arm(a.timer, 1s);
  };
  wheel.arm(a.timer, 1s);
  for (int i = 0; i < 105; ++i)
    pass(100ms);
  CAF_CHECK(rung >= 8 && rung <= 10);
}

CAF_TEST(a ring may cancel and destroy others due at once and itself) {
  std::list<bell> bells;
  int rung = 0;
  for (int i = 0; i < 10; ++i) {
    auto& each = bells.emplace_back();
    each.ring = [&] {
      ++rung;
      bells.clear();
    };
    wheel.arm(each.timer, 1s);
  }
  pass(2s);
  CAF_CHECK_EQUAL(rung, 1);
}

CAF_TEST(a timer longer than a turn of the wheel waits for its round) {
  int rung = 0;
  bell a{[&] { ++rung; }};
  wheel.arm(a.timer, 1h);
  pass(59min + 59s);
  CAF_CHECK_EQUAL(rung, 0);
  pass(2s);
  CAF_CHECK_EQUAL(rung, 1);
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace live_timer_wheel_suite
