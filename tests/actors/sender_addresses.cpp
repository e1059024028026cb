#define CAF_SUITE sender_addresses

#include "actors/sender.hpp"

#include "tests/actors/sender_fixture.hpp"

namespace sender_addresses_suite {

using namespace carillon;
using namespace carillon::tests;

namespace {

const transport_result gone = response{.status = 410};
const transport_result moved = response{.status = 301, .body = "-100"};

void to_group(delivery& x) {
  x.recipient = "-1";
}

}  // namespace

CAF_TEST_FIXTURE_SCOPE(sender_addresses_tests, sender_fixture)

CAF_TEST(storage is told of an address that is gone and until when it was) {
  const auto id = put("one", priority::normal, to_group);
  start();
  const auto began = now();
  pass(2s);
  there->answer(0, gone);
  sched.run();
  CAF_REQUIRE_EQUAL(row(id).attempts.size(), 1u);
  CAF_CHECK(row(id).attempts[0].address == (address_change{"-1", {}, began}));
  CAF_CHECK(row(id).what.status == delivery_status::dead);
}

CAF_TEST(a channel that is its own address has none that can go) {
  answer_always(gone);
  const auto id = put("one");
  start();
  CAF_REQUIRE_EQUAL(row(id).attempts.size(), 1u);
  CAF_CHECK(!row(id).attempts[0].address);
}

CAF_TEST(storage is told of an address that has moved with the try that was told) {
  there->reply = [](auto&, int call) { return call == 1 ? moved : yes; };
  const auto id = put("one", priority::normal, to_group);
  start();
  CAF_REQUIRE_EQUAL(row(id).attempts.size(), 2u);
  CAF_CHECK(row(id).attempts[0].address == (address_change{"-1", "-100", day}));
  CAF_CHECK(!row(id).attempts[1].address);
}

CAF_TEST(an address may be gone where it has moved to) {
  there->reply = [](auto&, int call) { return call == 1 ? moved : gone; };
  const auto id = put("one", priority::normal, to_group);
  start();
  CAF_REQUIRE_EQUAL(row(id).attempts.size(), 2u);
  CAF_CHECK(row(id).attempts[0].address == (address_change{"-1", "-100", day}));
  CAF_CHECK(row(id).attempts[1].address == (address_change{"-100", {}, day}));
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace sender_addresses_suite
