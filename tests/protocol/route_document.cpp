#define CAF_SUITE route_document

#include "protocol/codec/route.hpp"
#include "protocol/rules/plan.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "tests/caf_test.hpp"

namespace route_document_suite {

using namespace carillon;
using namespace std::chrono_literals;

namespace {

using places = std::vector<std::string>;

constexpr auto now = from_millis(1'771'583'400'000);

constexpr std::string_view full = R"({"routes":[{"name":"low","event":"stock.*","when":"data.n < 5",
  "enabled":true,"channels":["system","push"],"template":"inventory_low",
  "audience":{"role":"manager","store":"s1"},"priority":"high","delay":"90s","repeat_after":"7d",
  "throttle":"2/10m","digest":"15m","failover":["sms"]},{"event":"a.b","audience":{"field":"data.owner"}}]})";

places faults_of(std::string_view body) {
  const auto read = codec::decode_routes(body, {});
  places out;
  if (read.has_error())
    for (const auto& one : read.error().faults)
      out.push_back(one.path);
  std::ranges::sort(out);
  return out;
}

struct fixture {
  catalog what;
  facts known;
  uuid_source ids;

  fixture() {
    channel_entry mail;
    mail.settings.type = "email";
    what.channels["email"] = mail;
    channel_entry robot;
    robot.settings.type = "dingtalk";
    robot.needs_address = false;
    what.channels["robot"] = robot;
  }

  void use(const std::string& routes) {
    what.routes = *codec::decode_routes(R"({"routes":[)" + routes + "]}", {});
  }

  acceptance plan(const std::string& data = "{}") {
    event_draft draft;
    draft.what.type = "t";
    draft.what.data = data;
    return *rules::plan(std::move(draft), what, known, now, ids);
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(route_document_tests, fixture)

CAF_TEST(a route is read and written to the same) {
  const auto read = codec::decode_routes(full, {});
  CAF_REQUIRE(read.has_value());
  CAF_REQUIRE_EQUAL(read->size(), 2u);
  const auto& x = read->front();
  CAF_CHECK(x.condition != nullptr && x.to && x.to->role == "manager" && x.to->store_id == "s1");
  CAF_CHECK((x.channels == std::vector<std::string>{"system", "push"}));
  CAF_CHECK(x.delay == 90s && x.repeat_after == 24h * 7);
  CAF_CHECK(x.throttle_count == 2 && x.throttle_per == 10min);
  CAF_CHECK(x.digest == 15min);
  CAF_CHECK_EQUAL(read->at(1).audience_field, "data.owner");
  CAF_CHECK_EQUAL(read->at(1).name, "api[1]");
  for (const auto& one : *read) {
    const auto text = codec::route_json(one, false);
    const auto again = codec::decode_routes(R"({"routes":[)" + text + "]}", {});
    CAF_REQUIRE(again.has_value());
    CAF_CHECK_EQUAL(codec::route_json(again->front(), false), text);
  }
}

CAF_TEST(every fault of every route is named) {
  CAF_CHECK(
    (faults_of(R"({"routes":[{"event":"a..b","when":"data.","throttle":"x","odd":1,"delay":"1"},{},
    {"event":"a","audience":{"user":"u","role":"r"}},{"name":"n","event":"a"},{"name":"n","event":"a"}]})")
     == places{"/routes/0/delay", "/routes/0/event", "/routes/0/odd", "/routes/0/throttle",
               "/routes/0/when", "/routes/1/event", "/routes/2/audience/user", "/routes/4/name"}));
  CAF_CHECK((faults_of("{}") == places{"/routes"}));
  CAF_CHECK((faults_of(R"({"routes":[{"event":"a","digest":"0s","throttle":"1/0s"}]})")
             == places{"/routes/0/digest", "/routes/0/throttle"}));
}

CAF_TEST(one that bears a known name takes what it does not say) {
  route ready;
  ready.name = "admin.paid";
  ready.event = "order.paid";
  ready.enabled = false;
  ready.origin = "built-in";
  ready.template_code = "admin.paid";
  const auto read =
    codec::decode_routes(R"({"routes":[{"name":"admin.paid","channels":["robot"]}]})", {ready});
  CAF_REQUIRE(read.has_value());
  const auto& x = read->front();
  CAF_CHECK(x.enabled && x.origin == "api" && x.event == "order.paid");
  CAF_CHECK_EQUAL(x.template_code, "admin.paid");
  CAF_CHECK((x.channels == std::vector<std::string>{"robot"}));
}

CAF_TEST(a role on a channel with addresses is the people stored with it) {
  use(R"({"name":"r","event":"t","channels":["email","robot"],"audience":{"role":"boss"}})");
  event_draft draft;
  draft.what.type = "t";
  CAF_CHECK((rules::needs_groups(draft, what) == std::vector<audience>{{"", "boss", ""}}));
  known["a"].addresses["email"] = "a@x";
  known["a"].roles = {"boss"};
  known["b"].addresses["email"] = "b@x";
  known["b"].roles = {"cook"};
  known["c"].roles = {"boss"};
  const auto made = plan();
  std::vector<std::string> told;
  for (const auto& one : made.plan)
    told.push_back(one.delivery->channel + " " + one.delivery->recipient + one.delivery->reason);
  CAF_CHECK((told == std::vector<std::string>{"email a@x", "email no_address", "robot "}));
  CAF_CHECK((made.what.routes == std::vector<std::string>{"r"}));
}

CAF_TEST(a member of the data names the audience) {
  use(R"({"event":"t","channels":["system"],"audience":{"field":"data.owner"}})");
  CAF_CHECK_EQUAL(plan(R"({"owner":"u1"})").plan.at(0).inbox->to.user_id, "u1");
  CAF_CHECK_EQUAL(plan(R"({"owner":["u1","u2"]})").plan.size(), 2u);
  CAF_CHECK_EQUAL(plan(R"({"owner":5})").plan.at(0).delivery->reason, "no_recipient");
}

CAF_TEST(a throttle counts by route and channel and recipient) {
  use(
    R"({"name":"a","event":"t","channels":["robot"],"throttle":"1/10m"},{"name":"b","event":"t","channels":["email"]})");
  const auto made = plan();
  CAF_REQUIRE(made.plan.at(0).at_most.has_value());
  CAF_CHECK((*made.plan[0].at_most == throttle{1, 10min}));
  CAF_CHECK(!made.plan.at(1).at_most.has_value());
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace route_document_suite
