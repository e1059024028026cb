#define CAF_SUITE sender_freezes

#include "actors/sender.hpp"

#include <string>

#include "tests/actors/sender_fixture.hpp"

namespace sender_freezes_suite {

using namespace carillon;
using namespace carillon::tests;

namespace {

struct freeze_fixture : sender_fixture {
  /// What the last attempt of a delivery says of freezes.
  const std::vector<scope_use>& told(const delivery_id& id) {
    return row(id).attempts.back().frozen;
  }

  delivery_id put_for(const std::string& recipient) {
    return put(recipient, priority::normal, [&](delivery& x) { x.recipient = recipient; });
  }
};

const transport_result for_20_seconds = response{.status = 429, .body = "20000"};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(sender_freezes_tests, freeze_fixture)

CAF_TEST(storage is told until when a channel is left alone) {
  answer_always(for_20_seconds);
  const auto id = put("one");
  start();
  CAF_REQUIRE_EQUAL(told(id).size(), 1u);
  CAF_CHECK_EQUAL(told(id)[0].key, "");
  CAF_CHECK(told(id)[0].until == now() + 20s);
}

CAF_TEST(storage is told until when a recipient is left alone) {
  by->per_recipient = rate_limit{10, 1s, 10};
  answer_always(response{.status = 429, .body = "20000 own"});
  const auto id = put_for("ann");
  start();
  CAF_REQUIRE_EQUAL(told(id).size(), 1u);
  CAF_CHECK_EQUAL(told(id)[0].key, "to ann");
  CAF_CHECK(told(id)[0].until == now() + 20s);
}

CAF_TEST(a new process leaves a channel alone for as long as its provider wanted) {
  answer_always(yes);
  put("one");
  start({.frozen = {{.key = "", .until = now() + 10min}}});
  pass(599s);
  CAF_CHECK_EQUAL(there->calls.size(), 0u);
  pass(1s);
  CAF_CHECK_EQUAL(there->calls.size(), 1u);
}

CAF_TEST(a new process leaves a recipient alone and nobody else) {
  by->per_recipient = rate_limit{10, 1s, 10};
  answer_always(yes);
  put_for("ann");
  put_for("bob");
  start({.frozen = {{.key = "to ann", .until = now() + 10min}}});
  pass(599s);
  CAF_CHECK_EQUAL(calls_of("bob").size(), 1u);
  CAF_CHECK_EQUAL(calls_of("ann").size(), 0u);
  pass(2s);
  CAF_CHECK_EQUAL(calls_of("ann").size(), 1u);
}

CAF_TEST(what is over before the start holds nothing up) {
  answer_always(yes);
  put("one");
  start({.frozen = {{.key = "", .until = now()}, {.key = "to ann", .until = now() - 1s}}});
  CAF_CHECK_EQUAL(there->calls.size(), 1u);
}

CAF_TEST(other limits leave a freeze in place) {
  there->reply = [](auto& what, int call) {
    return what == "one" && call == 1 ? for_20_seconds : yes;
  };
  put("one");
  start();
  put("two");
  settings.rate = rate_limit{60, 60s, 0};
  order(reconfigure{settings, by, {}});
  pass(19s);
  CAF_CHECK_EQUAL(there->calls.size(), 1u);
  pass(2s);
  CAF_CHECK(calls_of("two").size() == 1u);
}

CAF_TEST(other credentials end a freeze and storage is told) {
  there->reply = [](auto& what, int call) {
    return what == "one" && call == 1 ? for_20_seconds : yes;
  };
  put("one");
  start();
  const auto second = put("two");
  settings.keys["secret"] = "another";
  order(reconfigure{settings, by, {}});
  serve();
  CAF_CHECK_EQUAL(calls_of("two").size(), 1u);
  CAF_REQUIRE_EQUAL(told(second).size(), 1u);
  CAF_CHECK_EQUAL(told(second)[0].key, "");
  CAF_CHECK(told(second)[0].until == now());
  const auto third = put("three");
  serve();
  CAF_CHECK(told(third).empty());
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace sender_freezes_suite
