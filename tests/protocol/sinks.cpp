#define CAF_SUITE sinks

#include "protocol/rules/sinks.hpp"

#include <nlohmann/json.hpp>

#include "tests/caf_test.hpp"

namespace sinks_suite {

using namespace carillon;
using nlohmann::json;

namespace {

const timestamp sinks_now = from_millis(1716193815000);

struct sinks_fixture {
  sinks_fixture() {
    ended.id = {ids.next(sinks_now)};
    ended.event = event_id{ids.next(sinks_now)};
    ended.channel = "wechat";
    ended.recipient = "openid-1";
    ended.user_id = "user-123";
    ended.status = delivery_status::delivered;
    ended.attempts = 3;
    ended.trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
    ended.content = {"order.paid", "支付成功 \"A\"", "secret words", R"({"amount":1})"};
    ended.sent_at = sinks_now;
  }

  std::optional<delivery> heard() {
    return rules::publish(to, ended, sinks_now, delivery_id{ids.next(sinks_now)});
  }

  uuid_source ids;
  delivery ended;
  sink to{.channel = "sink:erp", .max_attempts = 7, .max_age = std::chrono::hours{2}};
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(sinks_tests, sinks_fixture)

CAF_TEST(a success is told as a delivery of the sink) {
  const auto told = heard();
  CAF_REQUIRE(told);
  CAF_CHECK(told->id != ended.id && told->status == delivery_status::pending);
  CAF_CHECK_EQUAL(told->channel, "sink:erp");
  CAF_CHECK_EQUAL(told->max_attempts, 7);
  CAF_CHECK(told->due_at == sinks_now && told->created_at == sinks_now);
  CAF_CHECK(told->expires_at == sinks_now + std::chrono::hours{2});
  CAF_CHECK_EQUAL(told->trace_id, ended.trace_id);
  CAF_CHECK(!told->event && !told->notification && told->recipient.empty());
  CAF_CHECK_EQUAL(told->content.type, "notification.sent");
}

CAF_TEST(its data are the delivery as operators see it) {
  const auto data = json::parse(heard()->content.data);
  CAF_CHECK_EQUAL(data["delivery_id"], to_text(ended.id));
  CAF_CHECK_EQUAL(data["id"], to_text(ended.id));
  CAF_CHECK_EQUAL(data["event_id"], to_text(*ended.event));
  CAF_CHECK_EQUAL(data["event"], "order.paid");
  CAF_CHECK_EQUAL(data["title"], "支付成功 \"A\"");
  CAF_CHECK_EQUAL(data["channel"], "wechat");
  CAF_CHECK_EQUAL(data["user_id"], "user-123");
  CAF_CHECK_EQUAL(data["status"], "delivered");
  CAF_CHECK_EQUAL(data["attempts"], 3);
  CAF_CHECK_EQUAL(data["sent_at"], "2024-05-20T08:30:15.000Z");
  CAF_CHECK(data.dump().find("secret words") == std::string::npos);
}

CAF_TEST(a death is told with its reason) {
  ended.status = delivery_status::dead;
  ended.error_class = error_class::invalid_recipient;
  ended.last_error = "40003: invalid openid";
  const auto told = heard();
  CAF_REQUIRE(told);
  CAF_CHECK_EQUAL(told->content.type, "notification.dead");
  const auto data = json::parse(told->content.data);
  CAF_CHECK_EQUAL(data["error_class"], "invalid_recipient");
  CAF_CHECK_EQUAL(data["last_error"], "40003: invalid openid");
}

CAF_TEST(only the ends asked for are told) {
  to.sent = false;
  CAF_CHECK(!heard());
  ended.status = delivery_status::dead;
  CAF_CHECK(heard());
  to.dead = false;
  CAF_CHECK(!heard());
}

CAF_TEST(what has not ended and what was cancelled is not told) {
  for (auto status :
       {delivery_status::pending, delivery_status::delivering, delivery_status::retrying,
        delivery_status::skipped, delivery_status::cancelled, delivery_status::failed}) {
    ended.status = status;
    CAF_CHECK(!heard());
  }
}

CAF_TEST(sinks hear nothing of sinks) {
  ended.channel = "sink:other";
  CAF_CHECK(!heard());
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace sinks_suite
