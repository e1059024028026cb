#define CAF_SUITE id

#include "protocol/id.hpp"

#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/caf_test.hpp"

namespace id_suite {

using namespace carillon;

namespace {

constexpr auto noon = from_millis(1'700'000'000'000);

std::uint64_t millis_in(const uuid& x) {
  std::uint64_t n = 0;
  for (int i = 0; i < 6; ++i)
    n = n << 8 | x.bytes[i];
  return n;
}

}  // namespace

CAF_TEST(a new id carries its time and the marks of version 7) {
  uuid_source ids;
  const auto x = ids.next(noon);
  CAF_CHECK_EQUAL(millis_in(x), 1'700'000'000'000u);
  CAF_CHECK_EQUAL(x.bytes[6] >> 4, 7);
  CAF_CHECK_EQUAL(x.bytes[8] >> 6, 2);
}

CAF_TEST(ids rise strictly within a millisecond and past its 4096 places) {
  uuid_source ids;
  auto last = ids.next(noon);
  bool rising = true;
  for (int i = 0; i < 10'000; ++i) {
    const auto next = ids.next(noon);
    rising = rising && last < next;
    last = next;
  }
  CAF_CHECK(rising);
  CAF_CHECK_EQUAL(millis_in(last), 1'700'000'000'002u);
}

CAF_TEST(ids rise when time steps back) {
  uuid_source ids;
  const auto before = ids.next(noon);
  const auto after = ids.next(noon - std::chrono::hours{1});
  CAF_CHECK(before < after);
  CAF_CHECK(after < ids.next(noon + milliseconds{1}));
}

CAF_TEST(a time before the epoch still makes an id) {
  uuid_source ids;
  CAF_CHECK_EQUAL(millis_in(ids.next(from_millis(-5))), 0u);
}

CAF_TEST(ids of several threads are all different) {
  uuid_source ids;
  std::vector<std::vector<uuid>> made(4);
  std::vector<std::thread> threads;
  for (auto& mine : made)
    threads.emplace_back([&ids, &mine] {
      for (int i = 0; i < 2000; ++i)
        mine.push_back(ids.next(noon));
    });
  for (auto& x : threads)
    x.join();
  std::set<uuid> all;
  for (auto& mine : made)
    all.insert(mine.begin(), mine.end());
  CAF_CHECK_EQUAL(all.size(), 8000u);
}

CAF_TEST(text goes there and back in either case) {
  const auto x = parse_uuid("018bcfe5-6800-7abc-8def-0123456789ab");
  CAF_REQUIRE(x.has_value());
  CAF_CHECK_EQUAL(to_string(*x), "018bcfe5-6800-7abc-8def-0123456789ab");
  CAF_CHECK(parse_uuid("018BCFE5-6800-7ABC-8DEF-0123456789AB") == x);
  uuid_source ids;
  const auto fresh = ids.next(noon);
  CAF_CHECK(parse_uuid(to_string(fresh)) == fresh);
}

CAF_TEST(what is no uuid is refused) {
  for (std::string_view text :
       {"", "018bcfe5", "018bcfe5-6800-7abc-8def-0123456789a",
        "018bcfe5-6800-7abc-8def-0123456789abc", "018bcfe5x6800-7abc-8def-0123456789ab",
        "018bcfe5-6800-7abc-8def-0123456789ag", "018bcfe568007abc8def0123456789ab0000",
        "{18bcfe5-6800-7abc-8def-0123456789a}"})
    CAF_CHECK(!parse_uuid(text).has_value());
}

CAF_TEST(each kind has its prefix and takes no other) {
  const auto x = *parse_uuid("018bcfe5-6800-7abc-8def-0123456789ab");
  CAF_CHECK_EQUAL(to_text(notification_id{x}), "notif-018bcfe5-6800-7abc-8def-0123456789ab");
  CAF_CHECK_EQUAL(to_text(event_id{x}), "evt-018bcfe5-6800-7abc-8def-0123456789ab");
  CAF_CHECK_EQUAL(to_text(delivery_id{x}), "dlv-018bcfe5-6800-7abc-8def-0123456789ab");
  CAF_CHECK(parse_id<delivery_id>(to_text(delivery_id{x})) == delivery_id{x});
  CAF_CHECK(!parse_id<delivery_id>(to_text(event_id{x})).has_value());
  CAF_CHECK(!parse_id<notification_id>(to_string(x)).has_value());
  for (auto kind : {id_kind::notification, id_kind::event, id_kind::delivery, id_kind::batch,
                    id_kind::template_})
    CAF_CHECK(parse_text(kind, to_text(kind, x)) == x);
}

}  // namespace id_suite
