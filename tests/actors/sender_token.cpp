#define CAF_SUITE sender_token

#include "actors/sender.hpp"

#include <string>

#include "tests/actors/sender_fixture.hpp"

namespace sender_token_suite {

using namespace carillon;
using namespace carillon::tests;

namespace {

struct token_fixture : sender_fixture {
  token_fixture() { by->token_lives = 2h; }

  /// The token that came with the n-th call with that body.
  std::string token_of(const std::string& body, std::size_t n = 0) {
    return calls_of(body).at(n)->sent.headers.at(0).second;
  }

  std::size_t asked_for_token() { return calls_of("token?").size(); }

  void answer_last(const transport_result& with) {
    there->answer(there->calls.size() - 1, with);
    sched.run();
  }
};

const transport_result refused_token = response{.status = 498, .body = "stale"};

transport_result token(const std::string& text) {
  return response{.status = 200, .body = text};
}

}  // namespace

CAF_TEST_FIXTURE_SCOPE(sender_token_tests, token_fixture)

CAF_TEST(a token is fetched once however many wait for it) {
  put_many(20);
  start();
  put_many(5, priority::urgent);
  serve();
  CAF_CHECK_EQUAL(there->calls.size(), 1u);
  CAF_CHECK_EQUAL(asked_for_token(), 1u);
  there->reply = [](auto&, int) { return yes; };
  answer_last(token("t1"));
  CAF_CHECK_EQUAL(book->count(delivery_status::delivered), 25);
  CAF_CHECK_EQUAL(asked_for_token(), 1u);
  CAF_CHECK_EQUAL(token_of("normal7"), "t1");
}

CAF_TEST(nobody asks for a token that nothing waits for) {
  start();
  pass(10min, 1min);
  CAF_CHECK_EQUAL(there->calls.size(), 0u);
}

CAF_TEST(a new token is fetched early while the old one still serves) {
  put("one");
  start();
  answer_last(token("t1"));
  answer_last(yes);
  pass(61min, 61min);
  put("two");
  serve();
  CAF_CHECK_EQUAL(asked_for_token(), 2u);
  CAF_CHECK_EQUAL(token_of("two"), "t1");  // it does not wait
  for (auto& x : there->calls)
    if (x.tell && x.delivery == "token?")
      std::exchange(x.tell, nullptr)(token("t2"));
  sched.run();
  put("three");
  serve();
  CAF_CHECK_EQUAL(token_of("three"), "t2");
  CAF_CHECK_EQUAL(asked_for_token(), 2u);
}

CAF_TEST(an early token that fails to come costs nobody an attempt while the old one serves) {
  settings.concurrency = 1;
  put("one");
  start();
  answer_last(token("t1"));
  answer_last(yes);
  pass(61min, 61min);
  put("two");
  const auto waiting = put("three");
  there->reply = [](auto& what, int) -> std::optional<transport_result> {
    if (what == "token?")
      return no;
    return std::nullopt;
  };
  serve();
  CAF_CHECK_EQUAL(asked_for_token(), 2u);
  CAF_CHECK(row(waiting).what.status == delivery_status::pending);
  CAF_CHECK_EQUAL(row(waiting).what.tries, 0);
  CAF_CHECK_EQUAL(failings.back().in_a_row, 1);
  there->answer_all(yes);
  sched.run();
  there->answer_all(yes);
  sched.run();
  CAF_CHECK_EQUAL(token_of("three"), "t1");
  CAF_CHECK(row(waiting).what.status == delivery_status::delivered);
}

CAF_TEST(a refused token is fetched anew once and the message goes out again at once) {
  const auto id = put("one");
  start();
  answer_last(token("t1"));
  answer_last(refused_token);
  CAF_CHECK_EQUAL(asked_for_token(), 2u);
  answer_last(token("t2"));
  answer_last(yes);
  CAF_CHECK(row(id).what.status == delivery_status::delivered);
  CAF_CHECK_EQUAL(token_of("one", 1), "t2");
  CAF_CHECK_EQUAL(row(id).what.attempts, 1);
  CAF_CHECK_EQUAL(row(id).what.tries, 2);
  CAF_REQUIRE_EQUAL(row(id).attempts.size(), 2u);
  CAF_CHECK_EQUAL(row(id).attempts[0].number, 1);
  CAF_CHECK_EQUAL(row(id).attempts[0].provider_code, "498");
  CAF_CHECK(row(id).attempts[0].outcome == delivery_status::retrying);
  CAF_CHECK_EQUAL(row(id).attempts[1].number, 2);
  CAF_CHECK_EQUAL(counts.retried_, 0);
}

CAF_TEST(several refusals of one token fetch one new one) {
  settings.concurrency = 4;
  put_many(4);
  start();
  answer_last(token("t1"));
  CAF_CHECK_EQUAL(there->open, 4);
  there->answer_all(refused_token);
  sched.run();
  CAF_CHECK_EQUAL(asked_for_token(), 2u);
  there->reply = [](auto&, int) { return yes; };
  answer_last(token("t2"));
  CAF_CHECK_EQUAL(book->count(delivery_status::delivered), 4);
  CAF_CHECK_EQUAL(asked_for_token(), 2u);
}

CAF_TEST(a new token refused too means that the credentials are) {
  const auto id = put("one");
  start();
  answer_last(token("t1"));
  answer_last(refused_token);
  answer_last(token("t2"));
  answer_last(refused_token);
  CAF_CHECK(row(id).what.status == delivery_status::dead);
  CAF_CHECK(row(id).what.error_class == error_class::invalid_credentials);
  CAF_CHECK(order<ask_standing>().state == channel_state::broken);
}

CAF_TEST(a provider that gives no token now fails the attempt that needed it) {
  const auto id = put("one");
  there->reply = [](auto& what, int) { return what == "token?" ? no : yes; };
  start();
  CAF_CHECK_EQUAL(asked_for_token(), 1u);
  CAF_CHECK(row(id).what.status == delivery_status::retrying);
  CAF_CHECK_EQUAL(row(id).what.last_error, "503: overloaded");
  pass(59s, 500ms);
  CAF_CHECK_EQUAL(asked_for_token(), 3u);  // after 10 s and 30 s more
  CAF_CHECK_EQUAL(row(id).what.attempts, 3);
  CAF_CHECK_EQUAL(failings.back().in_a_row, 3);
  there->reply = [](auto& what, int) { return what == "token?" ? token("t1") : yes; };
  pass(2min, 1s);
  CAF_CHECK(row(id).what.status == delivery_status::delivered);
  CAF_CHECK_EQUAL(row(id).what.attempts, 4);
  CAF_CHECK_EQUAL(failings.back().in_a_row, 0);
}

CAF_TEST(an outage of the tokens spends the attempts of one delivery after the other) {
  settings.retry = {.schedule = {1h}, .max_attempts = 5};
  put_many(8);
  there->reply = [](auto& what, int) { return what == "token?" ? no : yes; };
  start();
  CAF_CHECK_EQUAL(book->count(delivery_status::retrying), 1);
  pass(20s, 500ms);
  CAF_CHECK_EQUAL(asked_for_token(), 5u);  // 1 s, 2 s, 4 s, 8 s
  CAF_CHECK_EQUAL(book->count(delivery_status::retrying), 5);
  CAF_CHECK_EQUAL(book->count(delivery_status::pending), 3);
}

CAF_TEST(a limit on tokens uses up no attempt) {
  const auto id = put("one");
  there->reply = [](auto& what, int) -> transport_result {
    return what == "token?" ? response{.status = 429, .body = "1000"} : response{.status = 200};
  };
  start();
  pass(5s, 500ms);
  CAF_CHECK(row(id).what.status == delivery_status::retrying);
  CAF_CHECK_EQUAL(row(id).what.attempts, 0);
  CAF_CHECK(row(id).what.tries > 0);
}

CAF_TEST(a provider that refuses a token breaks the channel and the first that waits finds out) {
  const auto first = put("one");
  put_many(5);
  start();
  answer_last(response{.status = 401, .body = "who?"});
  CAF_CHECK(row(first).what.status == delivery_status::dead);
  CAF_CHECK(row(first).what.error_class == error_class::invalid_credentials);
  CAF_CHECK_EQUAL(book->count(delivery_status::pending), 5);
  pass(1h, 1min);
  CAF_CHECK_EQUAL(asked_for_token(), 1u);
  CAF_REQUIRE_EQUAL(changes.size(), 1u);
  CAF_CHECK(changes[0].state == channel_state::broken);
  CAF_CHECK_EQUAL(changes[0].why, "401: who?");
}

CAF_TEST(a restart asks for no second token and takes the answer to the first) {
  put("one");
  start();
  throw_in("sender");
  anon_send(aut, wish_again{});
  sched.run();
  CAF_CHECK_EQUAL(*restarts, 1);
  serve();
  CAF_CHECK_EQUAL(asked_for_token(), 1u);
  answer_last(token("t1"));
  CAF_CHECK_EQUAL(token_of("one"), "t1");
  throw_in("sender");
  there->answer_all(yes);
  sched.run();
  there->reply = [](auto&, int) { return yes; };
  pass(1s);
  CAF_CHECK_EQUAL(asked_for_token(), 1u);  // the token outlives the restart
}

CAF_TEST(an answer lost in a restart is asked for again after its time) {
  const auto id = put("one");
  start();
  throw_in("sender");
  answer_last(token("lost"));
  CAF_CHECK_EQUAL(*restarts, 1);
  pass(19s);
  CAF_CHECK_EQUAL(asked_for_token(), 1u);
  there->reply = [](auto& what, int) { return what == "token?" ? token("t2") : yes; };
  pass(2s);
  CAF_CHECK_EQUAL(asked_for_token(), 2u);
  CAF_CHECK(row(id).what.status == delivery_status::delivered);
}

CAF_TEST(a token asked for with earlier credentials is not taken) {
  put("one");
  start();
  order(reconfigure{settings, by, {}});
  CAF_CHECK_EQUAL(asked_for_token(), 2u);
  there->answer(0, token("old"));
  sched.run();
  CAF_CHECK_EQUAL(there->calls.size(), 2u);
  there->answer(1, token("new"));
  sched.run();
  CAF_CHECK_EQUAL(token_of("one"), "new");
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace sender_token_suite
