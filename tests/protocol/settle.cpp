#define CAF_SUITE settle

#include "protocol/rules/settle.hpp"
#include "protocol/rules/backoff.hpp"

#include "tests/caf_test.hpp"

namespace settle_suite {

using namespace carillon;
using namespace std::chrono_literals;

namespace {

struct fixture {
  const timestamp now = from_millis(1'800'000'000'000);
  const retry_policy policy = rules::find_preset("admin").value();
  rules::circumstances at{.now = now, .random = 0, .fresh = {uuid{{9, 9, 9}}}};

  delivery some(int attempts = 0) {
    delivery x;
    x.id = {uuid{{1}}};
    x.event = event_id{uuid{{2}}};
    x.channel = "hook";
    x.recipient = "there";
    x.user_id = "ada";
    x.status = delivery_status::delivering;
    x.priority = priority::high;
    x.attempts = x.tries = attempts;
    x.max_attempts = 5;
    x.expires_at = now + 24h;
    x.trace_id = "trace";
    x.content = {"order.paid", "Paid", "Order 7 is paid", "{\"n\":7}"};
    x.created_at = now - 1min;
    return x;
  }

  rules::transition settle(const delivery& what, outcome how) {
    return rules::settle(what, {now - 250ms, 250ms, std::move(how)}, policy, at);
  }

  static outcome of(error_class x, milliseconds wait = 0ms) {
    return {.error_class = x, .provider_code = "503", .excerpt = "overloaded", .wait = wait};
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(settle_tests, fixture)

CAF_TEST(a yes is delivered with its time and the id of the provider) {
  auto before = some(2);
  before.last_error = "503: overloaded";
  before.error_class = error_class::transient;
  const auto x = settle(before, {.provider_code = "200", .provider_message_id = "m-1"});
  CAF_CHECK(x.delivery.status == delivery_status::delivered);
  CAF_CHECK_EQUAL(x.delivery.attempts, 3);
  CAF_CHECK_EQUAL(x.delivery.tries, 3);
  CAF_CHECK(x.delivery.sent_at == now);
  CAF_CHECK_EQUAL(x.delivery.provider_message_id, "m-1");
  CAF_CHECK_EQUAL(x.delivery.last_error, "");
  CAF_CHECK(x.delivery.error_class == error_class::none);
  CAF_CHECK(!x.successor);
  CAF_CHECK_EQUAL(x.attempt.number, 3);
  CAF_CHECK(x.attempt.outcome == delivery_status::delivered);
  CAF_CHECK(x.attempt.started_at == now - 250ms);
  CAF_CHECK(x.attempt.duration == 250ms);
  CAF_CHECK_EQUAL(x.attempt.provider_code, "200");
}

CAF_TEST(a transient failure is tried again after the wait of the policy) {
  const auto first = settle(some(0), of(error_class::transient));
  CAF_CHECK(first.delivery.status == delivery_status::retrying);
  CAF_CHECK(first.delivery.due_at == now + 10s);
  CAF_CHECK_EQUAL(first.delivery.attempts, 1);
  CAF_CHECK_EQUAL(first.delivery.last_error, "503: overloaded");
  CAF_CHECK(first.delivery.error_class == error_class::transient);
  CAF_CHECK(first.attempt.outcome == delivery_status::retrying);
  CAF_CHECK(settle(some(3), of(error_class::transient)).delivery.due_at == now + 600s);
}

CAF_TEST(the wait of the provider wins when it is longer) {
  CAF_CHECK(settle(some(), of(error_class::transient, 5s)).delivery.due_at == now + 10s);
  CAF_CHECK(settle(some(), of(error_class::transient, 77s)).delivery.due_at == now + 77s);
}

CAF_TEST(a spent budget is death) {
  const auto x = settle(some(4), of(error_class::transient));
  CAF_CHECK(x.delivery.status == delivery_status::dead);
  CAF_CHECK_EQUAL(x.delivery.attempts, 5);
  CAF_CHECK(x.attempt.outcome == delivery_status::dead);
}

CAF_TEST(what no retry can heal is death at once) {
  for (auto why : {error_class::invalid_credentials, error_class::invalid_recipient,
                   error_class::invalid_request}) {
    const auto x = settle(some(), of(why, 10s));
    CAF_CHECK(x.delivery.status == delivery_status::dead);
    CAF_CHECK(x.delivery.error_class == why);
    CAF_CHECK(x.attempt.error_class == why);
    CAF_CHECK_EQUAL(x.delivery.attempts, 1);
  }
}

CAF_TEST(being rate limited uses up no attempt) {
  auto x = settle(some(4), of(error_class::rate_limited, 30s));
  CAF_CHECK(x.delivery.status == delivery_status::retrying);
  CAF_CHECK_EQUAL(x.delivery.attempts, 4);
  CAF_CHECK_EQUAL(x.delivery.tries, 5);
  CAF_CHECK_EQUAL(x.attempt.number, 5);
  x = settle(x.delivery, of(error_class::rate_limited));
  CAF_CHECK(x.delivery.status == delivery_status::retrying);
  CAF_CHECK_EQUAL(x.attempt.number, 6);
}

CAF_TEST(a provider that limits without saying how long is left alone for a second) {
  const retry_policy eager{.schedule = {0ms}};
  const auto x = rules::settle(some(), {now, 0ms, of(error_class::rate_limited)}, eager, at);
  CAF_CHECK(x.delivery.due_at == now + 1s);
}

CAF_TEST(a provider that limits and never says how long is asked less and less often) {
  auto what = some();
  for (const auto wait : {10s, 30s, 60s, 60s}) {
    what = settle(what, of(error_class::rate_limited)).delivery;
    CAF_CHECK(what.due_at == now + wait);
  }
  CAF_CHECK_EQUAL(what.attempts, 0);
  what = settle(what, of(error_class::rate_limited, 15s)).delivery;
  CAF_CHECK(what.due_at == now + 15s);
}

CAF_TEST(no retry is planned past the end of its time) {
  auto late = some();
  late.expires_at = now + 10s;
  const auto over = settle(late, of(error_class::transient)).delivery;
  CAF_CHECK(over.status == delivery_status::dead);
  CAF_CHECK(over.last_error.find("max_age") != std::string::npos);
  // One that is limited waits for its end, where no backup could take over.
  const auto limited = settle(late, of(error_class::rate_limited, 1h)).delivery;
  CAF_CHECK(limited.status == delivery_status::retrying);
  CAF_CHECK(limited.due_at == late.expires_at);
  late.failover = {{"sms", "+4912345", 3, 1h}};
  CAF_CHECK(settle(late, of(error_class::rate_limited, 1h)).delivery.status
            == delivery_status::dead);
  late.expires_at = now + 10s + 1ms;
  CAF_CHECK(settle(late, of(error_class::transient)).delivery.status == delivery_status::retrying);
  late.expires_at = now - 1s;
  CAF_CHECK(settle(late, {}).delivery.status == delivery_status::delivered);
}

CAF_TEST(a death starts the next step of the failover chain) {
  auto what = some(4);
  const content own{"order.paid", "Mail", "Text", "{}", "<p>Text</p>", "", ""};
  what.failover = {{"sms", "+4912345", 3, 1h}, {"mail", "ada@example.org", 2, 0ms, own}};
  const auto x = settle(what, of(error_class::transient));
  CAF_REQUIRE(x.successor.has_value());
  CAF_CHECK(x.delivery.failed_over_to == at.fresh);
  const auto& next = *x.successor;
  CAF_CHECK(next.id == at.fresh);
  CAF_CHECK(next.failover_of == what.id);
  CAF_CHECK(next.status == delivery_status::pending);
  CAF_CHECK_EQUAL(next.channel, "sms");
  CAF_CHECK_EQUAL(next.recipient, "+4912345");
  CAF_CHECK_EQUAL(next.max_attempts, 3);
  CAF_CHECK_EQUAL(next.attempts, 0);
  CAF_CHECK(next.due_at == now);
  CAF_CHECK(next.expires_at == now + 1h);
  CAF_CHECK(next.event == what.event);
  CAF_CHECK_EQUAL(next.user_id, "ada");
  CAF_CHECK_EQUAL(next.trace_id, "trace");
  CAF_CHECK(next.priority == priority::high);
  CAF_CHECK(next.content == what.content);
  CAF_REQUIRE_EQUAL(next.failover.size(), 1u);
  CAF_CHECK_EQUAL(next.failover[0].channel, "mail");

  const auto last = settle(next, of(error_class::invalid_recipient));
  CAF_REQUIRE(last.successor.has_value());
  CAF_CHECK(last.successor->expires_at == timestamp::max());
  CAF_CHECK(last.successor->failover.empty());
  CAF_CHECK(last.successor->content == own);
}

CAF_TEST(a retry or a delivery starts no failover) {
  auto what = some();
  what.failover = {{"sms", "+4912345", 3, 1h}};
  CAF_CHECK(!settle(what, of(error_class::transient)).successor);
  CAF_CHECK(!settle(what, {}).successor);
  CAF_CHECK(!settle(what, {}).delivery.failed_over_to);
}

CAF_TEST(a backup ends when what it says is over and is not begun after that) {
  auto what = some();
  what.failover = {{"sms", "+4912345", 3, 1h}};
  what.failover[0].until = now + 10min;
  const auto in_time = settle(what, of(error_class::invalid_recipient));
  CAF_REQUIRE(in_time.successor.has_value());
  CAF_CHECK(in_time.successor->expires_at == now + 10min);
  what.failover[0].until = now;
  const auto late = rules::give_up(what, error_class::transient, "expired", at);
  CAF_CHECK(late.delivery.status == delivery_status::dead);
  CAF_CHECK(!late.successor && !late.delivery.failed_over_to);
}

CAF_TEST(an outcome that is not known stays told in the log) {
  const auto x = settle(some(), {.error_class = error_class::transient,
                                 .provider_code = "no_answer",
                                 .excerpt = "sent, but the outcome is unknown"});
  CAF_CHECK(x.delivery.status == delivery_status::retrying);
  CAF_CHECK_EQUAL(x.attempt.excerpt, "sent, but the outcome is unknown");
  CAF_CHECK_EQUAL(x.delivery.last_error, "no_answer: sent, but the outcome is unknown");
}

CAF_TEST(an address that is gone is so until the attempt began or the provider says) {
  const auto told = [&](timestamp since, const std::string& recipient = "there") {
    auto what = some();
    what.recipient = recipient;
    const auto x =
      settle(what, {.error_class = error_class::invalid_recipient, .gone_since = since});
    CAF_CHECK(x.delivery.status == delivery_status::dead);
    return x.attempt.address;
  };
  const auto began = now - 250ms;
  CAF_CHECK(told(now) == (address_change{"there", {}, began}));
  CAF_CHECK(told(now - 1h) == (address_change{"there", {}, now - 1h}));
  CAF_CHECK(!told(now, ""));
  CAF_CHECK(!settle(some(), of(error_class::invalid_recipient)).attempt.address);
}

CAF_TEST(giving up makes no attempt) {
  auto what = some(2);
  what.failover = {{"sms", "+4912345", 3, 1h}};
  const auto x = rules::give_up(what, error_class::transient, "its time was over", at);
  CAF_CHECK(x.delivery.status == delivery_status::dead);
  CAF_CHECK_EQUAL(x.delivery.attempts, 2);
  CAF_CHECK_EQUAL(x.delivery.tries, 2);
  CAF_CHECK_EQUAL(x.delivery.last_error, "its time was over");
  CAF_CHECK_EQUAL(x.attempt.number, 0);
  CAF_CHECK(x.successor.has_value());
}

CAF_TEST(putting off changes nothing but the time and never goes beyond the end) {
  auto what = some(2);
  what.status = delivery_status::retrying;
  what.expires_at = at.now + 1h;
  auto x = rules::postpone(what, at.now + 1min);
  CAF_CHECK(x.delivery.status == delivery_status::retrying);
  CAF_CHECK(x.delivery.due_at == at.now + 1min);
  CAF_CHECK_EQUAL(x.delivery.attempts, 2);
  CAF_CHECK_EQUAL(x.attempt.number, 0);
  CAF_CHECK(!x.successor.has_value());
  x = rules::postpone(what, at.now + 2h);
  CAF_CHECK(x.delivery.due_at == what.expires_at);
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace settle_suite
