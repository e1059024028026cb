#define CAF_SUITE plan_preferences

#include "protocol/codec/preferences.hpp"
#include "protocol/codec/time.hpp"
#include "protocol/rules/plan.hpp"

#include <string>

#include "tests/protocol/planning.hpp"

#include "tests/caf_test.hpp"

namespace plan_preferences_suite {

using namespace carillon;
using tests::entry;
using namespace std::chrono_literals;

namespace {

/// A Wednesday, 23:00 in Shanghai.
const timestamp now = *codec::parse_rfc3339("2026-03-04T23:00:00+08:00");
const timestamp morning = *codec::parse_rfc3339("2026-03-05T07:30:00+08:00");

const std::string at_night =
  R"({"do_not_disturb":{"time_zone":"Asia/Shanghai","windows":[{"days":["wed"],"from":"22:00","to":"07:30"}]}})";

struct fixture {
  catalog what;
  facts known;
  uuid_source ids;
  notification_draft draft;
  event_draft happened;

  fixture() {
    what.channels = {{"email", entry("email", true)},
                     {"sms", entry("aliyun_sms", true)},
                     {"robot", entry("dingtalk", false)}};
    known["anna"].addresses = {{"email", "anna@example.org"}, {"sms", "+861"}};
    draft.what.title = "t";
    draft.what.message = "m";
    draft.what.type = notification_type::alert;
    draft.what.source = "shop";
    draft.what.to.user_id = "anna";
    happened.what.type = "order.paid";
    happened.what.entity_id = "1";
    happened.what.source = "shop";
    happened.what.data = "{}";
    happened.what.recipients = {"anna"};
  }

  void prefers(const std::string& document, const std::string& user = "anna") {
    known[user].preferences =
      std::make_shared<const preferences>(*codec::decode_preferences(document));
  }

  delivery post(const std::string& channel) {
    draft.channels = {channel};
    auto drafts = std::vector{draft};
    return *rules::plan(drafts, false, what, known, now, ids)->deliveries.at(0);
  }

  acceptance happen(std::vector<std::string> channels) {
    route by;
    by.channels = std::move(channels);
    what.routes = {by};
    return *rules::plan(happened, what, known, now, ids);
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(plan_preferences_tests, fixture)

CAF_TEST(a rule against the channel skips the delivery) {
  prefers(R"({"rules":[{"channel":"email","enabled":false}]})");
  const auto off = post("email");
  CAF_CHECK(off.status == delivery_status::skipped);
  CAF_CHECK_EQUAL(off.reason, "preference");
  CAF_CHECK_EQUAL(off.user_id, "anna");
  CAF_CHECK_EQUAL(off.recipient, "anna@example.org");
  CAF_CHECK(post("sms").status == delivery_status::pending);
}

CAF_TEST(a rule looks at the type and the source) {
  prefers(R"({"rules":[{"type":"alert","source":"shop","enabled":false}]})");
  CAF_CHECK_EQUAL(post("robot").reason, "preference");
  draft.what.type = notification_type::info;
  CAF_CHECK_EQUAL(post("robot").reason, "");
}

CAF_TEST(urgent passes no rule) {
  prefers(R"({"rules":[{"enabled":false}]})");
  draft.what.priority = priority::urgent;
  CAF_CHECK_EQUAL(post("email").reason, "preference");
}

CAF_TEST(a time to be quiet holds a delivery back with its whole age before it) {
  prefers(at_night);
  const auto held = post("email");
  CAF_CHECK(held.status == delivery_status::pending);
  CAF_CHECK(held.due_at == morning);
  CAF_CHECK(held.expires_at == morning + 1h);
  draft.what.priority = priority::urgent;
  CAF_CHECK(post("email").due_at == now);
}

CAF_TEST(it is the time of the first attempt that counts) {
  prefers(at_night);
  draft.what.deliver_at = morning + 5h;
  CAF_CHECK(post("email").due_at == morning + 5h);
}

CAF_TEST(where it is never not quiet there is no delivery) {
  prefers(
    R"({"do_not_disturb":{"time_zone":"UTC","windows":[{"days":["mon","tue","wed","thu","fri","sat","sun"],"from":"00:00","to":"00:00"}]}})");
  CAF_CHECK_EQUAL(post("email").reason, "do_not_disturb");
}

CAF_TEST(a backup that the user does not want is left out of the chain) {
  what.channels["email"].settings.failover = {"sms", "robot"};
  prefers(R"({"rules":[{"channel":"sms","enabled":false}]})");
  const auto chain = post("email").failover;
  CAF_REQUIRE_EQUAL(chain.size(), 1u);
  CAF_CHECK_EQUAL(chain[0].channel, "robot");
}

CAF_TEST(an event s deliveries heed them and take no lock) {
  prefers(R"({"rules":[{"source":"shop","channel":"email","enabled":false}]})");
  const auto meant = happen({"system", "email", "sms"});
  CAF_REQUIRE_EQUAL(meant.plan.size(), 3u);
  CAF_CHECK(meant.plan[0].inbox != nullptr);
  CAF_CHECK_EQUAL(meant.plan[1].delivery->reason, "preference");
  CAF_CHECK_EQUAL(meant.plan[1].channel, "");
  CAF_CHECK(meant.plan[2].delivery->status == delivery_status::pending);
  CAF_CHECK_EQUAL(meant.plan[2].channel, "sms");
}

CAF_TEST(who has preferences alone may still be an address) {
  happened.what.recipients = {"bert@example.org"};
  prefers(R"({"rules":[{"channel":"sms","enabled":false}]})", "bert@example.org");
  known["bert@example.org"].listed = false;
  const auto meant = happen({"email", "sms"});
  CAF_CHECK_EQUAL(meant.plan.at(0).delivery->recipient, "bert@example.org");
  CAF_CHECK(meant.plan.at(0).delivery->status == delivery_status::pending);
  CAF_CHECK_EQUAL(meant.plan.at(1).delivery->reason, "preference");
}

CAF_TEST(nobody s preferences speak for a group) {
  prefers(R"({"rules":[{"enabled":false}]})");
  draft.what.to = {"", "cook", ""};
  CAF_CHECK(post("robot").status == delivery_status::pending);
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace plan_preferences_suite
