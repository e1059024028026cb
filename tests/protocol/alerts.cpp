#define CAF_SUITE alerts

#include "protocol/rules/alerts.hpp"

#include "tests/caf_test.hpp"

namespace alerts_suite {

using namespace carillon;
using namespace std::chrono_literals;
using rules::alert_kind;
using rules::alerts;

namespace {

const timestamp noon = from_millis(1'800'000'000'000);

channel_standing stands(channel_state state, std::string why = {}) {
  return {"sms", state, std::move(why)};
}

std::vector<rules::alert> fail(alerts& x, int in_a_row, timestamp now = noon) {
  return x.hear(failing{"sms", in_a_row, in_a_row > 0 ? "503: no" : ""}, now);
}

}  // namespace

CAF_TEST(more failures in a row than the bound are one alert and the next success ends it) {
  alerts x{{.consecutive_failures = 3}};
  for (int i = 1; i <= 3; ++i)
    CAF_CHECK(fail(x, i).empty());
  const auto raised = fail(x, 4);
  CAF_REQUIRE_EQUAL(raised.size(), 1u);
  CAF_CHECK(raised[0].kind == alert_kind::failures);
  CAF_CHECK_EQUAL(raised[0].channel, "sms");
  CAF_CHECK_EQUAL(raised[0].count, 4);
  CAF_CHECK_EQUAL(raised[0].reason, "503: no");
  CAF_CHECK(fail(x, 5, noon + 1min).empty());
  const auto over = fail(x, 0, noon + 2min);
  CAF_REQUIRE_EQUAL(over.size(), 1u);
  CAF_CHECK(over[0].over);
  CAF_CHECK(fail(x, 0, noon + 3min).empty());
}

CAF_TEST(what goes on is told again after the cooldown) {
  alerts x{{.consecutive_failures = 3, .cooldown = 15min}};
  CAF_CHECK_EQUAL(fail(x, 4).size(), 1u);
  CAF_CHECK(fail(x, 50, noon + 15min - 1ms).empty());
  CAF_CHECK_EQUAL(fail(x, 51, noon + 15min).size(), 1u);
}

CAF_TEST(what comes back within the cooldown waits for its end) {
  alerts x{{.cooldown = 15min}};
  fail(x, 4);
  fail(x, 0, noon + 1min);
  CAF_CHECK(fail(x, 4, noon + 2min).empty());
  CAF_CHECK(x.wakes_at() == noon + 15min);
  CAF_CHECK(x.wake(noon + 14min).empty());
  CAF_REQUIRE_EQUAL(x.wake(noon + 15min).size(), 1u);
  CAF_CHECK(!x.wakes_at());
  CAF_CHECK_EQUAL(fail(x, 0, noon + 16min).size(), 1u);
}

CAF_TEST(what is over before the cooldown ends was never told and needs no all - clear) {
  alerts x{{.cooldown = 15min}};
  fail(x, 4);
  fail(x, 0, noon + 1min);
  fail(x, 4, noon + 2min);
  CAF_CHECK(fail(x, 0, noon + 3min).empty());
  CAF_CHECK(!x.wakes_at());
}

CAF_TEST(channels and kinds have cooldowns of their own) {
  alerts x{{}};
  CAF_CHECK_EQUAL(fail(x, 4).size(), 1u);
  CAF_CHECK_EQUAL(x.hear(failing{"mail", 4, "no"}, noon).size(), 1u);
  CAF_CHECK_EQUAL(x.count_dead("sms", 101, noon).size(), 1u);
}

CAF_TEST(refused credentials and an open circuit are told with their ends) {
  alerts x{{}};
  CAF_CHECK(x.hear(stands(channel_state::active), noon).empty());
  auto told = x.hear(stands(channel_state::open, "503: no"), noon);
  CAF_REQUIRE_EQUAL(told.size(), 1u);
  CAF_CHECK(told[0].kind == alert_kind::open);
  told = x.hear(stands(channel_state::broken, "401: who?"), noon);
  CAF_REQUIRE_EQUAL(told.size(), 2u);
  CAF_CHECK(told[0].kind == alert_kind::broken && !told[0].over);
  CAF_CHECK_EQUAL(told[0].reason, "401: who?");
  CAF_CHECK(told[1].kind == alert_kind::open && told[1].over);
  told = x.hear(stands(channel_state::active), noon);
  CAF_REQUIRE_EQUAL(told.size(), 1u);
  CAF_CHECK(told[0].kind == alert_kind::broken && told[0].over);
}

CAF_TEST(a channel that was broken before the start is not told again but its end is) {
  alerts x{{}};
  CAF_CHECK(x.hear(stands(channel_state::broken, "401"), noon).empty());
  CAF_CHECK_EQUAL(x.hear(stands(channel_state::active), noon).size(), 1u);
}

CAF_TEST(pausing and switching off belong to the operator and are no alert) {
  alerts x{{}};
  x.hear(stands(channel_state::active), noon);
  CAF_CHECK(x.hear(stands(channel_state::paused), noon).empty());
  CAF_CHECK(x.hear(stands(channel_state::disabled), noon).empty());
  CAF_CHECK_EQUAL(x.hear(stands(channel_state::broken, "401"), noon).size(), 1u);
  CAF_CHECK(x.hear(stands(channel_state::paused), noon).empty());
  const auto told = x.hear(stands(channel_state::active), noon);
  CAF_REQUIRE_EQUAL(told.size(), 1u);
  CAF_CHECK(told[0].over);
}

CAF_TEST(failovers are told once in a cooldown and have no end) {
  alerts x{{.cooldown = 15min}};
  const failed_over what{"sms", {}, "mail", {}, "503: no"};
  const auto told = x.hear(what, noon);
  CAF_REQUIRE_EQUAL(told.size(), 1u);
  CAF_CHECK_EQUAL(told[0].backup, "mail");
  CAF_CHECK(x.hear(what, noon + 1min).empty());
  CAF_CHECK(!x.wakes_at());
  CAF_CHECK_EQUAL(x.hear(what, noon + 15min).size(), 1u);
}

CAF_TEST(dead letters above the bound are told and when they are within it again) {
  alerts x{{.dead_letters = 100}};
  CAF_CHECK(x.count_dead("sms", 100, noon).empty());
  CAF_CHECK_EQUAL(x.count_dead("sms", 101, noon).size(), 1u);
  CAF_CHECK(x.count_dead("sms", 102, noon).empty());
  const auto over = x.count_dead("sms", 90, noon);
  CAF_REQUIRE_EQUAL(over.size(), 1u);
  CAF_CHECK(over[0].over);
}

CAF_TEST(an alert says what it is about to people and programs) {
  const rules::alert x{
    .kind = alert_kind::failover, .channel = "sms", .reason = "503: \"no\"", .backup = "mail"};
  CAF_CHECK_EQUAL(rules::title_of(x), "Channel sms failed over to mail");
  const auto data = rules::data_of(x);
  CAF_CHECK_NOT_EQUAL(data.find(R"("kind":"failover")"), std::string::npos);
  CAF_CHECK_NOT_EQUAL(data.find(R"("failed_over_to":"mail")"), std::string::npos);
  CAF_CHECK_NOT_EQUAL(data.find(R"("status":"firing")"), std::string::npos);
  CAF_CHECK_NOT_EQUAL(data.find(R"(503: \"no\")"), std::string::npos);
}

}  // namespace alerts_suite
