#define CAF_SUITE presence_feed

#include "protocol/rules/presence_feed.hpp"

#include "tests/caf_test.hpp"

namespace presence_feed_suite {

using namespace carillon;
using namespace std::chrono_literals;
using rules::presence_feed;

namespace {

const steady_time start{1h};

}  // namespace

CAF_TEST(who comes is told at once) {
  presence_feed feed;
  feed.came("u");
  const auto told = feed.tell(start);
  CAF_REQUIRE_EQUAL(told.singly.size(), 1u);
  CAF_CHECK(told.singly[0] == (presence_feed::telling::change{"u", true}));
  CAF_CHECK(!told.changed && !feed.pending());
}

CAF_TEST(who goes is told after the grace) {
  presence_feed feed;
  feed.went("u", start);
  CAF_CHECK(feed.tell(start + 9s).singly.empty());
  CAF_CHECK(feed.pending());
  const auto told = feed.tell(start + 10s);
  CAF_REQUIRE_EQUAL(told.singly.size(), 1u);
  CAF_CHECK(told.singly[0] == (presence_feed::telling::change{"u", false}));
  CAF_CHECK(!feed.pending());
}

CAF_TEST(who comes back within the grace never left) {
  presence_feed feed;
  feed.went("u", start);
  feed.came("u");
  CAF_CHECK(feed.tell(start + 5s).singly.empty());
  feed.went("u", start + 5s);
  CAF_CHECK(feed.tell(start + 14s).singly.empty());
  CAF_CHECK_EQUAL(feed.tell(start + 15s).singly.size(), 1u);
}

CAF_TEST(no second hears of more than a hundred singly) {
  presence_feed feed;
  std::size_t singly = 0;
  int remarks = 0;
  for (int i = 0; i < 300; ++i) {
    feed.came("u" + std::to_string(i));
    const auto told = feed.tell(start + i * 1ms);
    singly += told.singly.size();
    remarks += told.changed;
  }
  CAF_CHECK_EQUAL(singly, 100u);
  CAF_CHECK_EQUAL(remarks, 1);
  CAF_CHECK(feed.pending());
  CAF_CHECK(feed.tell(start + 1200ms).changed);
  CAF_CHECK(!feed.pending());
  feed.came("again");
  CAF_CHECK_EQUAL(feed.tell(start + 1300ms).singly.size(), 1u);
}

CAF_TEST(fewer are told singly where it is asked so) {
  presence_feed feed;
  for (int i = 0; i < 20; ++i)
    feed.came("u" + std::to_string(i));
  const auto told = feed.tell(start, 10);
  CAF_CHECK_EQUAL(told.singly.size(), 10u);
  CAF_CHECK(told.changed);
  feed.came("next");
  CAF_CHECK(feed.tell(start + 100ms, 10).singly.empty());
  feed.came("later");
  CAF_CHECK_EQUAL(feed.tell(start + 1100ms, 10).singly.size(), 1u);
}

}  // namespace presence_feed_suite
