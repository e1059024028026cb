#define CAF_SUITE sender_orders

#include "actors/sender.hpp"

#include <string>

#include "tests/actors/sender_fixture.hpp"

namespace sender_orders_suite {

using namespace carillon;
using namespace carillon::tests;

namespace {

const transport_result who = response{.status = 401, .body = "who?"};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(sender_orders_tests, sender_fixture)

CAF_TEST(a paused channel finishes what is in flight and starts nothing until it is resumed) {
  settings.concurrency = 1;
  put_many(3);
  start();
  CAF_CHECK(order<pause_sending>().state == channel_state::paused);
  there->answer_all(yes);
  sched.run();
  CAF_CHECK_EQUAL(book->count(delivery_status::delivered), 1);
  pass(1h, 10min);
  CAF_CHECK_EQUAL(there->calls.size(), 1u);
  CAF_CHECK_EQUAL(book->count(delivery_status::pending), 2);
  for (auto& [id, x] : book->rows)
    CAF_CHECK(!x.owned);
  answer_always(yes);
  CAF_CHECK(order<resume_sending>().state == channel_state::active);
  CAF_CHECK_EQUAL(book->count(delivery_status::delivered), 3);
  CAF_REQUIRE_EQUAL(changes.size(), 2u);
  CAF_CHECK(changes[0].state == channel_state::paused);
  CAF_CHECK(changes[1].state == channel_state::active);
  CAF_CHECK_EQUAL(standings.size(), 3u);  // and how it stood at the start
}

CAF_TEST(a paused channel does not give to its backup) {
  settings.failover = {"sms"};
  initial.state = channel_state::paused;
  put("one", priority::normal, [](delivery& x) { x.failover = {{"sms", "+491", 3, 1h}}; });
  start();
  CAF_CHECK(order<ask_standing>().state == channel_state::paused);
  CAF_CHECK_EQUAL(book->count(delivery_status::pending), 1);
  CAF_CHECK(changes.empty());
}

CAF_TEST(a channel that was broken when the node stopped is so when it starts) {
  initial = {settings.name, channel_state::broken, "401: who?"};
  put("one");
  start();
  pass(1min);
  CAF_CHECK_EQUAL(there->calls.size(), 0u);
  CAF_CHECK_EQUAL(order<ask_standing>().why, "401: who?");
  CAF_REQUIRE_EQUAL(standings.size(), 1u);
  CAF_CHECK(standings[0].state == channel_state::broken);
}

CAF_TEST(broken stays broken over a restart in place) {
  answer_always(who);
  put("one");
  put("two");
  settings.concurrency = 1;
  start();
  CAF_CHECK(order<ask_standing>().state == channel_state::broken);
  throw_in("sender");
  anon_send(aut, wish_again{});
  sched.run();
  CAF_CHECK_EQUAL(*restarts, 1);
  CAF_CHECK(order<ask_standing>().state == channel_state::broken);
  CAF_CHECK_EQUAL(there->calls.size(), 1u);
}

CAF_TEST(credentials that test well mend the channel) {
  settings.concurrency = 1;
  answer_always(who);
  put("one");
  const auto second = put("two");
  start();
  const auto bad = ask_to_probe();
  CAF_REQUIRE(bad->has_value());
  CAF_CHECK(!(**bad)->ok);
  CAF_CHECK_EQUAL((**bad)->detail, "401: who?");
  CAF_CHECK(row(second).what.status == delivery_status::pending);
  answer_always(yes);
  const auto good = ask_to_probe();
  CAF_CHECK((**good)->ok);
  CAF_CHECK(row(second).what.status == delivery_status::delivered);
  CAF_CHECK(order<ask_standing>().state == channel_state::active);
}

CAF_TEST(a test of credentials asks for a token of its own) {
  by->token_lives = 2h;
  start();
  const auto said = ask_to_probe();
  there->answer(0, response{.status = 200, .body = "t1"});
  sched.run();
  CAF_REQUIRE_EQUAL(there->calls.size(), 2u);
  CAF_CHECK_EQUAL(there->calls[1].delivery, "probe");
  CAF_CHECK_EQUAL(there->calls[1].sent.headers.at(0).second, "t1");
  CAF_CHECK(!said->has_value());
  there->answer(1, yes);
  sched.run();
  CAF_CHECK((**said)->ok);
}

CAF_TEST(where only a token can be asked for that is the test) {
  by->token_lives = 2h;
  by->has_probe = false;
  start();
  auto said = ask_to_probe();
  there->answer_all(response{.status = 200, .body = "t1"});
  sched.run();
  CAF_CHECK((**said)->ok);
  answer_always(who);
  said = ask_to_probe();
  CAF_CHECK(!(**said)->ok);
}

CAF_TEST(a channel without a test says so) {
  by->has_probe = false;
  start();
  const auto said = ask_to_probe();
  CAF_REQUIRE(said->has_value());
  CAF_CHECK((*said)->error().code == errc::not_found);
}

CAF_TEST(a channel without a test that is broken says what broke it) {
  by->has_probe = false;
  initial = {settings.name, channel_state::broken, "401: who?"};
  start();
  const auto said = ask_to_probe();
  CAF_REQUIRE(said->has_value());
  CAF_REQUIRE((*said)->has_value());
  CAF_CHECK(!(**said)->ok);
  CAF_CHECK_EQUAL((**said)->detail, "401: who?");
  CAF_CHECK(order<ask_standing>().state == channel_state::broken);
}

CAF_TEST(a test that a restart cut off is answered) {
  start();
  const auto said = ask_to_probe();
  throw_in("sender");
  there->answer_all(yes);
  sched.run();
  CAF_REQUIRE(said->has_value());
  CAF_CHECK((*said)->has_error());
}

CAF_TEST(new settings mend a broken channel and hold from then on) {
  settings.concurrency = 1;
  answer_always(who);
  put("one");
  put_many(6);
  start();
  settings.rate = rate_limit{2, 10s, 0};
  answer_always(yes);
  const auto stands = order(reconfigure{settings, std::make_shared<scripted>(), {}});
  CAF_CHECK(stands.state == channel_state::active);
  pass(70s, 500ms);
  CAF_CHECK_EQUAL(book->count(delivery_status::delivered), 6);
  CAF_CHECK_LESS_OR_EQUAL(most_calls_within(10s), 2u);
}

CAF_TEST(an answer to what the old settings sent breaks nothing) {
  put("one");
  start();
  order(reconfigure{settings, std::make_shared<scripted>(), {}});
  there->answer(0, who);
  sched.run();
  CAF_CHECK_EQUAL(book->count(delivery_status::dead), 1);
  CAF_CHECK(order<ask_standing>().state == channel_state::active);
}

CAF_TEST(a channel switched off sends nothing until it is switched on) {
  settings.enabled = false;
  answer_always(yes);
  put("one");
  start();
  CAF_CHECK(order<ask_standing>().state == channel_state::disabled);
  CAF_CHECK_EQUAL(there->calls.size(), 0u);
  settings.enabled = true;
  order(reconfigure{settings, by, {}});
  CAF_CHECK_EQUAL(book->count(delivery_status::delivered), 1);
  settings.enabled = false;
  CAF_CHECK(order(reconfigure{settings, by, {}}).state == channel_state::disabled);
  put("two");
  serve();
  CAF_CHECK_EQUAL(there->calls.size(), 1u);
}

CAF_TEST(the circuit opens and closes as it is configured and both are told) {
  settings.concurrency = 1;
  settings.circuit_failures = 3;
  settings.circuit_cooldown = 5s;
  answer_always(no);
  put_many(10);
  start();
  CAF_CHECK_EQUAL(there->calls.size(), 3u);
  CAF_REQUIRE_EQUAL(changes.size(), 1u);
  CAF_CHECK(changes[0].state == channel_state::open);
  CAF_CHECK_EQUAL(changes[0].why, "503: overloaded");
  CAF_CHECK_EQUAL(failings.back().in_a_row, 3);
  answer_always(yes);
  pass(6s);
  CAF_CHECK(changes.back().state == channel_state::active);
  CAF_CHECK_EQUAL(failings.back().in_a_row, 0);
  CAF_CHECK_EQUAL(failings.size(), 4u);
}

CAF_TEST(what an operator cancelled is not sent) {
  settings.concurrency = 1;
  put("one");
  const auto second = put("two");
  start();
  anon_send(aut, withdraw{{second}});
  sched.run();
  answer_always(yes);
  there->answer_all(yes);
  sched.run();
  CAF_CHECK_EQUAL(there->calls.size(), 1u);
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace sender_orders_suite
