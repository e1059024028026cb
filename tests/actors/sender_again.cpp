#define CAF_SUITE sender_again

#include "actors/sender.hpp"

#include <string>

#include "tests/actors/sender_fixture.hpp"

namespace sender_again_suite {

using namespace carillon;
using namespace carillon::tests;

namespace {

const transport_result no_markup = response{.status = 422, .body = "can't parse"};
const transport_result moved = response{.status = 301, .body = "-100"};

/// How the n-th call was sent, by header.
std::string header_of(const provider::call& x, std::string_view name) {
  for (auto& [key, value] : x.sent.headers)
    if (key == name)
      return value;
  return {};
}

}  // namespace

CAF_TEST_FIXTURE_SCOPE(sender_again_tests, sender_fixture)

CAF_TEST(what cannot be read with its markup is sent once more without) {
  there->reply = [](auto&, int call) { return call == 1 ? no_markup : yes; };
  const auto id = put("one");
  start();
  CAF_REQUIRE_EQUAL(there->calls.size(), 2u);
  CAF_CHECK_EQUAL(header_of(there->calls[0], "plain"), "no");
  CAF_CHECK_EQUAL(header_of(there->calls[1], "plain"), "yes");
  CAF_CHECK(row(id).what.status == delivery_status::delivered);
  CAF_CHECK_EQUAL(row(id).what.attempts, 1);
  CAF_REQUIRE_EQUAL(row(id).attempts.size(), 2u);
  CAF_CHECK_EQUAL(row(id).attempts[0].excerpt, "can't parse");
}

CAF_TEST(what cannot be read without markup either is dead) {
  answer_always(no_markup);
  const auto id = put("one");
  start();
  CAF_CHECK_EQUAL(there->calls.size(), 2u);
  CAF_CHECK(row(id).what.status == delivery_status::dead);
  CAF_CHECK(row(id).what.error_class == error_class::invalid_request);
  CAF_CHECK_EQUAL(row(id).attempts.size(), 2u);
  CAF_CHECK_EQUAL(counts.failed_[error_class::invalid_request], 1);
}

CAF_TEST(an address that has moved is written down) {
  there->reply = [](auto&, int call) { return call == 1 ? moved : yes; };
  const auto id = put("one", priority::normal, [](delivery& x) { x.recipient = "-1"; });
  start();
  CAF_REQUIRE_EQUAL(there->calls.size(), 2u);
  CAF_CHECK_EQUAL(header_of(there->calls[1], "to"), "-100");
  CAF_CHECK_EQUAL(row(id).what.recipient, "-100");
  CAF_CHECK(row(id).what.status == delivery_status::delivered);
}

CAF_TEST(another try at once goes out before what waits and within the rate) {
  settings.concurrency = 1;
  settings.rate = rate_limit{1, 10s, 1};
  there->reply = [](auto& what, int call) { return what == "one" && call == 1 ? no_markup : yes; };
  put("one", priority::low);
  start();
  put("urgent", priority::urgent);
  serve();
  CAF_CHECK_EQUAL(there->calls.size(), 1u);
  pass(11s);
  CAF_REQUIRE_EQUAL(there->calls.size(), 2u);
  CAF_CHECK_EQUAL(there->calls[1].delivery, "one");
  CAF_CHECK_LESS_OR_EQUAL(most_calls_within(10s), 1u);
}

CAF_TEST(a try whose repetition comes too late is reported with the end) {
  settings.concurrency = 1;
  settings.rate = rate_limit{1, 10s, 1};
  answer_always(no_markup);
  const auto id =
    put("one", priority::normal, [](delivery& x) { x.expires_at = x.created_at + 5s; });
  start();
  pass(6s);
  CAF_CHECK_EQUAL(there->calls.size(), 1u);
  CAF_CHECK(row(id).what.status == delivery_status::dead);
  CAF_CHECK_EQUAL(row(id).attempts.size(), 1u);
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace sender_again_suite
