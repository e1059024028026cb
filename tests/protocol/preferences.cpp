#define CAF_SUITE preferences

#include "protocol/rules/preferences.hpp"

#include "protocol/codec/time.hpp"
#include "protocol/rules/quiet.hpp"

#include "tests/caf_test.hpp"

namespace preferences_suite {

using namespace carillon;
using namespace std::chrono_literals;

namespace {

constexpr auto info = notification_type::info;
constexpr auto alert = notification_type::alert;

preferences with(std::vector<preference_rule> rules) {
  return {std::move(rules), {}};
}

preferences quiet_at_noon() {
  std::vector<std::chrono::weekday> days{std::chrono::Wednesday};
  return {{}, quiet_times{"UTC", rules::find_time_zone("UTC"), {{days, 11h, 13h}}}};
}

/// Became visible on a Wednesday.
notification at_noon(priority lane = priority::normal) {
  notification out;
  out.seq = 1;
  out.priority = lane;
  out.visible_at = *codec::parse_rfc3339("2026-03-04T12:00:00Z");
  return out;
}

preferences_ptr shared(preferences what) {
  return std::make_shared<const preferences>(std::move(what));
}

const auto everything = shared(with({}));
const auto nothing = shared(with({{.enabled = false}}));

notification numbered(std::int64_t seq) {
  notification out;
  out.seq = seq;
  return out;
}

}  // namespace

CAF_TEST(without a rule that fits nothing is switched off) {
  CAF_CHECK(!rules::switched_off({}, info, "shop", "email"));
  const auto wanted = with({{.type = alert, .enabled = false},
                            {.source = "mill", .enabled = false},
                            {.channel = "sms", .enabled = false}});
  CAF_CHECK(!rules::switched_off(wanted, info, "shop", "email"));
  CAF_CHECK(rules::switched_off(wanted, alert, "shop", "email"));
  CAF_CHECK(rules::switched_off(wanted, info, "mill", "email"));
  CAF_CHECK(rules::switched_off(wanted, info, "shop", "sms"));
}

CAF_TEST(a rule fits where all that it names does) {
  const auto wanted = with({{alert, "shop", "email", false}});
  CAF_CHECK(rules::switched_off(wanted, alert, "shop", "email"));
  CAF_CHECK(!rules::switched_off(wanted, info, "shop", "email"));
  CAF_CHECK(!rules::switched_off(wanted, alert, "", "email"));
  CAF_CHECK(!rules::switched_off(wanted, alert, "shop", "system"));
}

CAF_TEST(the first rule that fits decides) {
  const auto wanted = with({{.type = alert, .enabled = true}, {.enabled = false}});
  CAF_CHECK(!rules::switched_off(wanted, alert, "", "email"));
  CAF_CHECK(rules::switched_off(wanted, info, "", "email"));
}

CAF_TEST(a rule for another channel leaves the live push alone) {
  CAF_CHECK(!rules::suppressed(with({{.channel = "email", .enabled = false}}), at_noon()));
  CAF_CHECK(rules::suppressed(with({{.channel = "system", .enabled = false}}), at_noon()));
  CAF_CHECK(rules::suppressed(with({{.enabled = false}}), at_noon()));
}

CAF_TEST(urgent passes a time to be quiet and no rule) {
  CAF_CHECK(rules::suppressed(quiet_at_noon(), at_noon(priority::high)));
  CAF_CHECK(!rules::suppressed(quiet_at_noon(), at_noon(priority::urgent)));
  CAF_CHECK(rules::suppressed(*nothing, at_noon(priority::urgent)));
}

CAF_TEST(a rule that allows something does not pass a time to be quiet) {
  auto wanted = quiet_at_noon();
  wanted.rules = {{.enabled = true}};
  CAF_CHECK(rules::suppressed(wanted, at_noon()));
}

CAF_TEST(it is the time of becoming visible that counts) {
  auto later = at_noon();
  later.created_at = later.visible_at;
  later.visible_at += 2h;
  CAF_CHECK(!rules::suppressed(quiet_at_noon(), later));
}

CAF_TEST(each row is judged by the version of its time) {
  rules::preference_history history;
  CAF_CHECK(!history.suppresses(numbered(1)));
  history.tell({5, nothing});
  history.tell({8, everything});
  CAF_CHECK(!history.suppresses(numbered(5)));
  CAF_CHECK(history.suppresses(numbered(6)));
  CAF_CHECK(history.suppresses(numbered(8)));
  CAF_CHECK(!history.suppresses(numbered(9)));
  history.tell({8, nothing});
  CAF_CHECK(history.suppresses(numbered(9)));
}

CAF_TEST(what was told wins over what storage has) {
  rules::preference_history history;
  history.tell({8, nothing});
  history.fill({{5, nothing}, {8, everything}, {9, everything}});
  CAF_CHECK(history.suppresses(numbered(6)));
  CAF_CHECK(history.suppresses(numbered(9)));
  CAF_CHECK(!history.suppresses(numbered(10)));
}

CAF_TEST(what is forgotten is what no row can ask for) {
  rules::preference_history history;
  history.fill({{5, nothing}, {8, everything}, {12, nothing}});
  history.forget(4);
  CAF_CHECK(history.suppresses(numbered(6)));
  history.forget(8);
  CAF_CHECK(!history.suppresses(numbered(7)));
  CAF_CHECK(!history.suppresses(numbered(9)));
  CAF_CHECK(history.suppresses(numbered(13)));
}

CAF_TEST(no more versions are kept than the bound) {
  rules::preference_history history;
  for (std::int64_t i = 0; i < 200; ++i)
    history.tell({i, nothing});
  CAF_CHECK(!history.suppresses(numbered(100)));
  CAF_CHECK(history.suppresses(numbered(101)));
}

}  // namespace preferences_suite
