#define CAF_SUITE sender_put_off

#include "actors/sender.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "tests/actors/sender_fixture.hpp"

namespace sender_put_off_suite {

using namespace carillon;
using namespace carillon::tests;

namespace {

struct put_off_fixture : sender_fixture {
  /// Titles that begin with `late` had better not be sent in the first half
  /// minute.
  put_off_fixture() {
    answer_always(yes);
    by->waits = [](const std::string& title, timestamp now) {
      return title.starts_with("late") && now < day + 30s ? day + 30s - now : 0ms;
    };
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(sender_put_off_tests, put_off_fixture)

CAF_TEST(one that is put off lets those behind it pass and costs no attempt) {
  const auto late = put("late");
  put("soon");
  start();
  CAF_CHECK((called() == std::vector<std::string>{"soon"}));
  pass(29s);
  CAF_CHECK_EQUAL(called().size(), 1u);
  CAF_CHECK(row(late).what.status == delivery_status::pending);
  pass(1s);
  CAF_CHECK_EQUAL(called().back(), "late");
  CAF_CHECK(there->calls.back().at == epoch + 30s);
  CAF_CHECK_EQUAL(row(late).what.attempts, 1);
  CAF_CHECK_EQUAL(row(late).attempts.size(), 1u);
  CAF_CHECK_EQUAL(book->told, 2);
}

CAF_TEST(a later one of another lane need not wait for it) {
  put("late");
  start();
  pass(5s);
  put("urgent", priority::urgent);
  serve();
  CAF_CHECK((called() == std::vector<std::string>{"urgent"}));
  pass(25s);
  CAF_CHECK((called() == std::vector<std::string>{"urgent", "late"}));
}

CAF_TEST(whether it is put off is asked anew when the time is over) {
  by->waits = [](const std::string&, timestamp now) { return now < day + 35s ? 10s : 0s; };
  put("one");
  start();
  pass(39s);
  CAF_CHECK(called().empty());
  pass(1s);
  CAF_CHECK_EQUAL(called().size(), 1u);
}

CAF_TEST(many are put off without a word to storage and keep their order) {
  for (int i = 10; i < 90; ++i)
    put("late" + std::to_string(i));
  start();
  pass(29s);
  CAF_CHECK_EQUAL(book->told, 0);
  pass(2s);
  CAF_CHECK_EQUAL(called().size(), 80u);
  CAF_CHECK_EQUAL(book->told, 80);
  CAF_CHECK(std::ranges::is_sorted(called()));
}

CAF_TEST(one that is put off and falls under a scope as well keeps both) {
  by->per_recipient = rate_limit{1, 10s, 1};
  for (int i = 0; i < 40; ++i)
    put("late" + std::to_string(i));
  start();
  pass(29s);
  CAF_CHECK(called().empty());
  CAF_CHECK_LESS(book->told, 40);
  pass(450s);
  CAF_CHECK_EQUAL(book->count(delivery_status::delivered), 40);
  CAF_CHECK_EQUAL(most_calls_within(10s), 1u);
}

CAF_TEST(what would be over by then goes at once) {
  put("late", priority::normal, [&](delivery& x) { x.expires_at = now() + 30s; });
  put("late and patient", priority::normal, [&](delivery& x) { x.expires_at = now() + 31s; });
  start();
  CAF_CHECK((called() == std::vector<std::string>{"late"}));
  pass(30s);
  CAF_CHECK_EQUAL(book->count(delivery_status::delivered), 2);
}

CAF_TEST(draining does not wait for what is put off) {
  const auto late = put("late");
  start();
  const auto drained = ask_to_drain();
  CAF_CHECK(*drained == true);
  pass(60s);
  CAF_CHECK(called().empty());
  CAF_CHECK(row(late).what.status == delivery_status::pending);
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace sender_put_off_suite
