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

std::vector<rules::alert> limit(alerts& x, milliseconds wait, timestamp now = noon) {
  return x.hear(limited{"sms", now, now + wait, "90030: over limit"}, now);
}

const failed_over to_mail{"sms", {}, "mail", {}, "503: no"};

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

CAF_TEST(failovers are told once in a cooldown) {
  alerts x{{.cooldown = 15min}};
  const auto told = x.hear(to_mail, noon);
  CAF_REQUIRE_EQUAL(told.size(), 1u);
  CAF_CHECK_EQUAL(told[0].backup, "mail");
  CAF_CHECK(x.hear(to_mail, noon + 1min).empty());
  CAF_CHECK(!x.wakes_at());
  CAF_CHECK_EQUAL(x.hear(to_mail, noon + 15min).size(), 1u);
}

CAF_TEST(a failover is over with the next success however few failures came before) {
  alerts x{{.cooldown = 15min}};
  fail(x, 1);
  x.hear(to_mail, noon);
  CAF_CHECK(fail(x, 2, noon + 1min).empty());
  const auto over = fail(x, 0, noon + 2min);
  CAF_REQUIRE_EQUAL(over.size(), 1u);
  CAF_CHECK(over[0].kind == alert_kind::failover && over[0].over);
  CAF_CHECK_EQUAL(over[0].backup, "mail");
  CAF_CHECK(fail(x, 0, noon + 3min).empty());
  CAF_CHECK(x.hear(to_mail, noon + 4min).empty());
  CAF_CHECK_EQUAL(x.wake(noon + 15min).size(), 1u);
}

CAF_TEST(limits of half an hour and longer are told and the next success ends them) {
  alerts x{{}};
  CAF_CHECK(limit(x, 30min - 1ms).empty());
  const auto told = limit(x, 30min);
  CAF_REQUIRE_EQUAL(told.size(), 1u);
  CAF_CHECK(told[0].kind == alert_kind::limited);
  CAF_CHECK_EQUAL(told[0].reason, "90030: over limit");
  CAF_CHECK(told[0].until == noon + 30min);
  CAF_CHECK(limit(x, 1h, noon + 1s).empty());
  CAF_CHECK(fail(x, 1, noon + 31min).empty());
  const auto over = fail(x, 0, noon + 32min);
  CAF_REQUIRE_EQUAL(over.size(), 1u);
  CAF_CHECK(over[0].kind == alert_kind::limited && over[0].over && !over[0].until);
}

CAF_TEST(a limit that ended before its cooldown did is told no more) {
  alerts x{{.cooldown = 2h}};
  limit(x, 1h);
  fail(x, 0, noon + 1min);
  CAF_CHECK(limit(x, 1h, noon + 2min).empty());
  CAF_CHECK(x.wake(noon + 2h).empty());
  CAF_CHECK(!x.wakes_at());
  CAF_CHECK_EQUAL(limit(x, 1h, noon + 2h).size(), 1u);
}

CAF_TEST(a refused sign or template is told at the first and the next success ends it) {
  alerts x{{.consecutive_failures = 3}};
  const auto told = x.hear(failing{"sms", 1, "isv.SMS_TEMPLATE_ILLEGAL", true}, noon);
  CAF_REQUIRE_EQUAL(told.size(), 1u);
  CAF_CHECK(told[0].kind == alert_kind::unapproved);
  CAF_CHECK_EQUAL(told[0].reason, "isv.SMS_TEMPLATE_ILLEGAL");
  CAF_CHECK(fail(x, 2, noon + 1min).empty());
  const auto over = fail(x, 0, noon + 2min);
  CAF_REQUIRE_EQUAL(over.size(), 1u);
  CAF_CHECK(over[0].kind == alert_kind::unapproved && over[0].over);
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
  CAF_CHECK_EQUAL(data.find("until"), std::string::npos);
  const rules::alert limit{.kind = alert_kind::limited, .channel = "sms", .until = noon};
  CAF_CHECK_EQUAL(rules::title_of(limit),
                  "Channel sms is limited by its provider until 2027-01-15T08:00:00.000Z");
  CAF_CHECK_NOT_EQUAL(rules::data_of(limit).find(R"("until":"2027-01-15T08:00:00.000Z")"),
                      std::string::npos);
}

}  // namespace alerts_suite
