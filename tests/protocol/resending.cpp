#define CAF_SUITE resending

#include "protocol/rules/resending.hpp"

#include "tests/caf_test.hpp"

namespace resending_suite {

using namespace carillon;
using namespace std::chrono_literals;

namespace {

const timestamp today = from_millis(1'800'000'000'000);

rules::finished ended(outcome how) {
  return {today, 40ms, std::move(how)};
}

}  // namespace

CAF_TEST(each ground counts once and uses up no attempt) {
  delivery what;
  what.recipient = "-1";
  what.attempts = 2;
  what.tries = 3;
  rules::resending granted;
  const auto refused = ended({.error_class = error_class::transient, .refresh_token = true});
  const auto again = rules::send_again(what, refused, granted);
  CAF_REQUIRE(again.has_value());
  CAF_CHECK_EQUAL(again->delivery.attempts, 2);
  CAF_CHECK_EQUAL(again->delivery.tries, 4);
  CAF_CHECK_EQUAL(again->attempt.number, 4);
  CAF_CHECK(again->attempt.outcome == delivery_status::retrying);
  CAF_CHECK(again->attempt.duration == 40ms);
  CAF_CHECK(!rules::send_again(what, refused, granted));

  const auto markup = ended({.error_class = error_class::invalid_request, .resend_plain = true});
  CAF_CHECK(rules::send_again(what, markup, granted).has_value());
  CAF_CHECK(granted.plain);
  CAF_CHECK(!rules::send_again(what, markup, granted));

  const auto moved =
    ended({.error_class = error_class::invalid_recipient, .replace_address = "-100"});
  const auto followed = rules::send_again(what, moved, granted);
  CAF_REQUIRE(followed.has_value());
  CAF_CHECK_EQUAL(followed->delivery.recipient, "-100");
  CAF_CHECK(followed->attempt.address == (address_change{"-1", "-100", today}));
  CAF_CHECK(!again->attempt.address);
  CAF_CHECK(!rules::send_again(what, moved, granted));
}

CAF_TEST(an address that is the same is no ground) {
  delivery what;
  what.recipient = "-1";
  rules::resending granted;
  CAF_CHECK(!rules::send_again(
    what, ended({.error_class = error_class::invalid_recipient, .replace_address = "-1"}),
    granted));
}

CAF_TEST(what was delivered is not sent again) {
  rules::resending granted;
  CAF_CHECK(!rules::send_again({}, ended({.refresh_token = true}), granted));
}

CAF_TEST(the last word on a refused token is that the credentials are refused) {
  const auto how = rules::last_word({.error_class = error_class::transient, .refresh_token = true});
  CAF_CHECK(how.error_class == error_class::invalid_credentials);
  CAF_CHECK(rules::last_word({.error_class = error_class::transient}).error_class
            == error_class::transient);
}

}  // namespace resending_suite
