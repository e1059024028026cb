#define CAF_SUITE sender_tickets

#include "actors/sender.hpp"

#include <set>
#include <string>

#include "tests/actors/sender_fixture.hpp"

namespace sender_tickets_suite {

using namespace carillon;
using namespace carillon::tests;

namespace {

struct ticket_fixture : sender_fixture {
  ticket_fixture() { by->gives_tickets = true; }

  std::string ticket_of(const std::string& body, std::size_t n = 0) {
    return calls_of(body).at(n)->sent.headers.at(3).second;
  }

  std::size_t asked() { return calls_of("token?").size(); }

  void answer_last(const transport_result& with) {
    there->answer(there->calls.size() - 1, with);
    sched.run();
    serve();
  }
};

transport_result tickets(const std::string& text) {
  return response{.status = 200, .body = text};
}

}  // namespace

CAF_TEST_FIXTURE_SCOPE(sender_tickets_tests, ticket_fixture)

CAF_TEST(a ticket is stored with its delivery before it is sent) {
  const auto id = put("one");
  start();
  CAF_CHECK_EQUAL(asked(), 1u);
  book->stalled = true;
  answer_last(tickets("c1"));
  CAF_CHECK_EQUAL(there->calls.size(), 1u);
  CAF_REQUIRE_EQUAL(book->kept.size(), 1u);
  book->stalled = false;
  for (auto& x : std::exchange(book->kept, {}))
    anon_send(store, x);
  sched.run();
  serve();
  CAF_CHECK_EQUAL(row(id).what.ticket, "c1");
  CAF_CHECK_EQUAL(row(id).what.tries, 0);
  CAF_CHECK_EQUAL(ticket_of("one"), "c1");
  answer_last(yes);
  CAF_CHECK(row(id).what.status == delivery_status::delivered);
  CAF_REQUIRE_EQUAL(row(id).attempts.size(), 1u);
  CAF_CHECK_EQUAL(row(id).attempts[0].number, 1);
}

CAF_TEST(every attempt of a delivery carries its ticket) {
  put("one");
  start();
  answer_last(tickets("c1 c2"));
  answer_last(transport_error{transport_failure::no_answer, "lost"});
  pass(1min);
  CAF_REQUIRE_EQUAL(calls_of("one").size(), 2u);
  CAF_CHECK_EQUAL(ticket_of("one", 0), ticket_of("one", 1));
  CAF_CHECK_EQUAL(asked(), 1u);
}

CAF_TEST(a restart between two attempts changes no ticket) {
  put("one");
  start();
  answer_last(tickets("c1 c2"));
  throw_in("sender");
  anon_send(aut, wish_again{});
  sched.run();
  CAF_CHECK_EQUAL(*restarts, 1);
  pass(1s);
  CAF_REQUIRE_EQUAL(calls_of("one").size(), 2u);
  CAF_CHECK_EQUAL(ticket_of("one", 0), ticket_of("one", 1));
}

CAF_TEST(no two deliveries share a ticket) {
  put_many(7);
  there->reply = [n = 0](auto& what, int) mutable {
    const auto first = std::to_string(n++);
    return what == "token?" ? tickets("a" + first + " b" + first + " c" + first) : yes;
  };
  start();
  pass(3s, 100ms);
  CAF_CHECK_EQUAL(book->count(delivery_status::delivered), 7);
  CAF_CHECK_EQUAL(asked(), 3u);
  std::set<std::string> seen;
  for (auto& [id, x] : book->rows)
    seen.insert(x.what.ticket);
  CAF_CHECK_EQUAL(seen.size(), 7u);
  CAF_CHECK(!seen.contains(""));
}

CAF_TEST(what needs no ticket does not wait for one) {
  put("one");
  put("own");
  start();
  CAF_CHECK_EQUAL(asked(), 1u);
  CAF_CHECK_EQUAL(calls_of("own").size(), 1u);
  CAF_CHECK_EQUAL(calls_of("one").size(), 0u);
}

CAF_TEST(a provider that gives no ticket now fails the attempt that needed it) {
  const auto own = put("own");
  const auto id = put("one");
  there->reply = [](auto& what, int) -> std::optional<transport_result> {
    if (what == "token?")
      return no;
    return std::nullopt;
  };
  start();
  CAF_CHECK(row(id).what.status == delivery_status::retrying);
  CAF_CHECK_EQUAL(row(id).what.last_error, "503: overloaded");
  CAF_CHECK_EQUAL(row(own).what.tries, 0);
  there->answer_all(yes);
  there->reply = [](auto& what, int) { return what == "token?" ? tickets("c1") : yes; };
  pass(1min);
  CAF_CHECK(row(id).what.status == delivery_status::delivered);
  CAF_CHECK_EQUAL(row(id).what.attempts, 2);
}

CAF_TEST(a limit on tickets uses up no attempt) {
  const auto id = put("one");
  there->reply = [](auto& what, int) -> transport_result {
    return what == "token?" ? response{.status = 429, .body = "1000"} : response{.status = 200};
  };
  start();
  pass(5s, 500ms);
  CAF_CHECK(row(id).what.error_class == error_class::rate_limited);
  CAF_CHECK_EQUAL(row(id).what.attempts, 0);
}

CAF_TEST(a provider that refuses tickets breaks the channel) {
  const auto id = put("one");
  start();
  answer_last(response{.status = 401, .body = "who?"});
  CAF_CHECK(row(id).what.error_class == error_class::invalid_credentials);
  CAF_CHECK(order<ask_standing>().state == channel_state::broken);
  pass(1h, 1min);
  CAF_CHECK_EQUAL(asked(), 1u);
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace sender_tickets_suite
