#define CAF_SUITE lanes

#include "protocol/rules/lanes.hpp"

#include <map>

#include "tests/caf_test.hpp"

namespace lanes_suite {

using namespace carillon;
using rules::lanes;

namespace {

lanes::waiting these(std::initializer_list<priority> list) {
  lanes::waiting who{};
  for (auto x : list)
    who[static_cast<std::size_t>(x)] = true;
  return who;
}

std::map<priority, int> turns(lanes& picker, const lanes::waiting& who, int count) {
  std::map<priority, int> had;
  for (int i = 0; i < count; ++i)
    ++had[picker.next(who).value()];
  return had;
}

}  // namespace

CAF_TEST(nobody is next when nobody waits) {
  lanes picker;
  CAF_CHECK(!picker.next({}));
}

CAF_TEST(urgent overtakes everything) {
  lanes picker;
  turns(picker, these({priority::low, priority::normal, priority::high}), 100);
  CAF_CHECK(picker.next(these({priority::low, priority::normal, priority::high, priority::urgent}))
            == priority::urgent);
}

CAF_TEST(a lane alone has every turn) {
  for (auto lane : {priority::low, priority::normal, priority::high, priority::urgent}) {
    lanes picker;
    const auto had = turns(picker, these({lane}), 50);
    CAF_CHECK_EQUAL(had.at(lane), 50);
  }
}

CAF_TEST(high normal and low share by weight) {
  lanes picker;
  auto had = turns(picker, these({priority::low, priority::normal, priority::high}), 13 * 20);
  CAF_CHECK_EQUAL(had[priority::high], 8 * 20);
  CAF_CHECK_EQUAL(had[priority::normal], 4 * 20);
  CAF_CHECK_EQUAL(had[priority::low], 20);
}

CAF_TEST(low progresses under a flood of high and normal) {
  lanes picker;
  for (int round = 0; round < 20; ++round) {
    const auto had = turns(picker, these({priority::low, priority::normal, priority::high}), 13);
    CAF_CHECK_EQUAL(had.at(priority::low), 1);
  }
}

CAF_TEST(low progresses under a flood of all others) {
  lanes picker;
  const auto all = these({priority::low, priority::normal, priority::high, priority::urgent});
  auto had = turns(picker, all, 208);
  CAF_CHECK_EQUAL(had[priority::urgent], 195);
  CAF_CHECK_EQUAL(had[priority::low], 1);
}

CAF_TEST(fifteen urgent ones in a row are the most that others wait for) {
  lanes picker;
  const auto both = these({priority::low, priority::urgent});
  for (int i = 0; i < lanes::urgent_in_a_row; ++i)
    CAF_CHECK(picker.next(both) == priority::urgent);
  CAF_CHECK(picker.next(both) == priority::low);
  CAF_CHECK(picker.next(both) == priority::urgent);
}

CAF_TEST(a lane that was away does not claim what it missed) {
  lanes picker;
  const auto both = these({priority::low, priority::high});
  turns(picker, both, 4);  // low would be next
  turns(picker, these({priority::high}), 1);
  CAF_CHECK(picker.next(both) == priority::high);
}

}  // namespace lanes_suite
