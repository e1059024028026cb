#define CAF_SUITE door

#include "protocol/door.hpp"

#include <thread>
#include <vector>

#include "tests/caf_test.hpp"

namespace door_suite {

using namespace carillon;

namespace {

door_ptr door_of(std::int64_t units, std::int64_t bytes) {
  return std::make_shared<door>(door::bounds{units, bytes});
}

}  // namespace

CAF_TEST(only so many are inside at once) {
  auto here = door_of(2, 100);
  auto first = here->enter(1);
  auto second = here->enter(1);
  CAF_CHECK(first && second);
  CAF_CHECK(!here->enter(1));
  CAF_CHECK_EQUAL(here->units(), 2);
  first.reset();
  CAF_CHECK(here->enter(1) != nullptr);
}

CAF_TEST(a refusal takes nothing) {
  auto here = door_of(10, 100);
  CAF_CHECK(!here->enter(101));
  CAF_CHECK_EQUAL(here->units(), 0);
  CAF_CHECK_EQUAL(here->bytes(), 0);
  auto all = here->enter(100);
  CAF_CHECK(all != nullptr);
  CAF_CHECK(!here->enter(1));
  CAF_CHECK_EQUAL(here->bytes(), 100);
}

CAF_TEST(a body takes its bytes as they arrive and gives all of them back) {
  auto here = door_of(10, 100);
  auto body = here->enter(0);
  CAF_CHECK(body->take(60));
  CAF_CHECK(!body->take(41));
  CAF_CHECK_EQUAL(here->bytes(), 60);
  CAF_CHECK(body->take(40));
  body.reset();
  CAF_CHECK_EQUAL(here->bytes(), 0);
  CAF_CHECK_EQUAL(here->units(), 0);
}

CAF_TEST(a ticket outlives who else held the door) {
  auto here = door_of(1, 1);
  auto place = here->enter(1);
  here.reset();
  CAF_CHECK(!place->take(1));
}

CAF_TEST(threads never pass the bound and leave nothing behind) {
  auto here = door_of(3, 1000);
  std::atomic<bool> exceeded{false};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      std::vector<std::shared_ptr<door::ticket>> mine;
      for (int n = 0; n < 2000; ++n) {
        if (auto place = here->enter(1))
          mine.push_back(std::move(place));
        if (mine.size() > 3)
          exceeded = true;
        if (n % 3 == 0)
          mine.clear();
      }
    });
  for (auto& x : threads)
    x.join();
  CAF_CHECK(!exceeded);
  CAF_CHECK_EQUAL(here->units(), 0);
  CAF_CHECK_EQUAL(here->bytes(), 0);
}

}  // namespace door_suite
