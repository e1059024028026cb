#define CAF_SUITE plan_mailing

#include "protocol/codec/mailing.hpp"
#include "protocol/rules/mailing.hpp"
#include "protocol/rules/templates.hpp"

#include <memory>
#include <string>

#include "tests/protocol/faults.hpp"
#include "tests/protocol/planning.hpp"

#include "tests/caf_test.hpp"

namespace plan_mailing_suite {

using namespace carillon;
using tests::entry;
using namespace std::chrono_literals;

namespace {

constexpr auto now = tests::asked_at;

struct fixture {
  catalog what;
  facts known;
  uuid_source ids;

  fixture() {
    what.channels = {{"email", entry("email", true)},
                     {"sms", entry("aliyun_sms", true)},
                     {"robot", entry("dingtalk", false)},
                     {"hook", entry("webhook", false)}};
    what.channels["email"].settings.failover = {"sms"};
    known["anna"].addresses = {{"email", "anna@example.org"}, {"sms", "+861"}};
  }

  mailing_draft draft(std::vector<std::string> channels) {
    mailing_draft out;
    out.what.title = "t";
    out.what.message = "m";
    out.channels = std::move(channels);
    return out;
  }

  rules::mailing_plan plan(mailing_draft x) {
    auto made = rules::plan(std::move(x), what, known, now, ids);
    CAF_REQUIRE(made.has_value());
    return std::move(*made);
  }

  std::vector<std::string> faults(mailing_draft x) {
    const auto made = rules::plan(std::move(x), what, known, now, ids);
    CAF_REQUIRE(made.has_error());
    std::vector<std::string> places;
    for (const auto& one : made.error().faults)
      places.push_back(one.path);
    return places;
  }
};

using places = std::vector<std::string>;

}  // namespace

CAF_TEST_FIXTURE_SCOPE(plan_mailing_tests, fixture)

CAF_TEST(a text is the user of the inbox and the address of every channel that needs one) {
  auto x = draft({"system", "email", "robot"});
  x.recipient = "anna@example.org";
  const auto made = plan(std::move(x));
  CAF_REQUIRE_EQUAL(made.shown.size(), 3u);
  CAF_CHECK(made.meant.inbox);
  CAF_CHECK_EQUAL(made.meant.notifications.at(0)->to.user_id, "anna@example.org");
  CAF_CHECK(made.shown[0]->status == delivery_status::delivered);
  CAF_CHECK_EQUAL(made.shown[1]->recipient, "anna@example.org");
  CAF_CHECK_EQUAL(made.shown[2]->recipient, "");
  CAF_REQUIRE_EQUAL(made.meant.deliveries.size(), 2u);
  CAF_CHECK(made.meant.deliveries[0]->notification == made.meant.notifications[0]->id);
}

CAF_TEST(a user id finds the stored addresses) {
  auto x = draft({"email", "sms"});
  x.user_id = "anna";
  CAF_CHECK(rules::needs_facts(x, what) == std::vector<std::string>{"anna"});
  const auto made = plan(std::move(x));
  CAF_CHECK_EQUAL(made.shown[0]->recipient, "anna@example.org");
  CAF_CHECK_EQUAL(made.shown[1]->recipient, "+861");
  CAF_CHECK_EQUAL(made.shown[0]->user_id, "anna");
}

CAF_TEST(a person s own URL is posted to in place of the webhook s) {
  known["anna"].addresses["hook"] = "https://example.org/anna";
  known["anna"].listed = true;
  auto x = draft({"hook", "robot"});
  x.user_id = "anna";
  const auto made = plan(std::move(x));
  CAF_CHECK_EQUAL(made.shown[0]->recipient, "https://example.org/anna");
  CAF_CHECK_EQUAL(made.shown[0]->user_id, "anna");
  CAF_CHECK_EQUAL(made.shown[1]->recipient, "");
  known["anna"].addresses["hook"] = "not a URL";
  auto y = draft({"hook"});
  y.user_id = "anna";
  const auto plain = plan(std::move(y));
  CAF_CHECK_EQUAL(plain.shown[0]->recipient, "");
}

CAF_TEST(a webhook without a URL needs a person s) {
  what.channels["bare"] = entry("webhook", true);
  known["anna"].listed = true;
  auto x = draft({"bare"});
  x.user_id = "anna";
  const auto before = plan(x);
  CAF_CHECK_EQUAL(before.shown[0]->reason, "no_address");
  known["anna"].addresses["bare"] = "https://example.org/anna";
  const auto after = plan(x);
  CAF_CHECK_EQUAL(after.shown[0]->recipient, "https://example.org/anna");
}

CAF_TEST(an address for each channel is for that channel alone and for a failover to it) {
  auto x = draft({"email", "hook", "robot"});
  x.addresses = {{"email", "b@example.org"}, {"sms", "+862"}, {"hook", "https://example.org/in"}};
  const auto made = plan(std::move(x));
  CAF_CHECK_EQUAL(made.shown[0]->recipient, "b@example.org");
  CAF_REQUIRE_EQUAL(made.shown[0]->failover.size(), 1u);
  CAF_CHECK_EQUAL(made.shown[0]->failover[0].recipient, "+862");
  CAF_CHECK_EQUAL(made.shown[1]->recipient, "https://example.org/in");
  CAF_CHECK_EQUAL(made.shown[2]->recipient, "");
}

CAF_TEST(a channel without an address of theirs is skipped) {
  auto x = draft({"sms"});
  x.addresses = {{"email", "b@example.org"}};
  const auto made = plan(std::move(x));
  CAF_CHECK(made.shown[0]->status == delivery_status::skipped);
  CAF_CHECK_EQUAL(made.shown[0]->reason, "no_address");
}

CAF_TEST(nobody is enough for a robot and for nothing else) {
  CAF_CHECK_EQUAL(plan(draft({"robot"})).shown.size(), 1u);
  CAF_CHECK(faults(draft({"email"})) == places{"/recipient"});
  CAF_CHECK(faults(draft({"system"})) == places{"/recipient"});
  auto x = draft({"robot", "nowhere"});
  x.recipient = "r";
  CAF_CHECK(faults(std::move(x)) == places{"/channels/1"});
}

CAF_TEST(a template that is not there is not found) {
  auto x = draft({});
  x.template_code = "none";
  x.recipient = "r";
  const auto made = rules::plan(std::move(x), what, known, now, ids);
  CAF_REQUIRE(made.has_error());
  CAF_CHECK(made.error().code == errc::not_found);
}

CAF_TEST(what a template s schema refuses has failed on every channel) {
  auto row = std::make_shared<message_template>();
  row->id = template_id{ids.next(now)};
  row->code = "low";
  row->language = "zh-CN";
  row->content = "{{left}}";
  row->payload_schema = R"({"required":["left"]})";
  auto book = std::make_shared<rules::template_book>();
  book->put(row);
  what.templates = book;
  auto x = draft({"system", "robot"});
  x.recipient = "anna";
  x.template_code = "low";
  x.what.extra_data = "{}";
  const auto made = plan(std::move(x));
  CAF_REQUIRE_EQUAL(made.shown.size(), 2u);
  for (const auto& one : made.shown) {
    CAF_CHECK(one->status == delivery_status::failed);
    CAF_CHECK(one->reason.find("left") != std::string::npos);
  }
}

CAF_TEST(a channel that only the template names need not be configured) {
  auto row = std::make_shared<message_template>();
  row->id = template_id{ids.next(now)};
  row->code = "welcome";
  row->language = "zh-CN";
  row->title = "hello";
  row->content = "welcome";
  row->channels = {"system", "nowhere"};
  auto book = std::make_shared<rules::template_book>();
  book->put(row);
  what.templates = book;
  auto x = draft({});
  x.recipient = "anna";
  x.template_code = "welcome";
  x.what.extra_data = "{}";
  const auto made = plan(std::move(x));
  CAF_REQUIRE_EQUAL(made.shown.size(), 2u);
  CAF_CHECK(made.shown[0]->status == delivery_status::delivered);
  CAF_CHECK(made.shown[1]->status == delivery_status::skipped);
  CAF_CHECK_EQUAL(made.shown[1]->reason, "unknown_channel");
}

CAF_TEST(the answer has a result for each channel and says why not) {
  auto x = draft({"system", "robot"});
  x.recipient = "u";
  auto made = plan(std::move(x));
  made.shown[1]->status = delivery_status::retrying;
  made.shown[1]->last_error = "503: \"busy\"";
  const mailed done{{made.shown.begin(), made.shown.end()}, {}};
  const auto text = codec::mailed_json(done);
  CAF_CHECK(text.starts_with(
    R"({"success":true,"message":"通知已发送","results":{"system":true,"robot":false},)"));
  CAF_CHECK(text.find(R"("channel":"robot","status":"retrying","error":"503: \"busy\"")")
            != text.npos);
  CAF_CHECK(codec::mailed_json(done, {}, {{"websocket", "system"}, {"robot", "robot"}})
              .find(R"("results":{"websocket":true,"robot":false})")
            != text.npos);
  CAF_CHECK(codec::mailed_json(done, "low")
              .starts_with(R"({"success":true,"message":"模板通知已发送","template":"low",)"));
}

CAF_TEST(a body is read with all its faults) {
  const auto read = codec::decode_mailing(
    R"({"channels":["push","app_push"],"recipient":{"user_id":"u","push":"token"},"title":"t","content":""})",
    tests::unless_among({"app_push"}));
  CAF_REQUIRE(read.has_value());
  CAF_CHECK(read->channels == std::vector<std::string>{"app_push"});
  CAF_CHECK(
    (read->asked
     == std::map<std::string, std::string>{{"app_push", "app_push"}, {"push", "app_push"}}));
  CAF_CHECK_EQUAL(read->user_id, "u");
  CAF_CHECK_EQUAL(read->addresses.at("app_push"), "token");
  const auto wrong = codec::decode_mailing(R"({"recipient":{"email":1},"title":""})");
  CAF_REQUIRE(wrong.has_error());
  places found;
  for (const auto& one : wrong.error().faults)
    found.push_back(one.path);
  std::ranges::sort(found);
  CAF_CHECK((found == places{"/channels", "/content", "/recipient/email", "/title"}));
}

CAF_TEST(a body s member nobody knows is refused and other spellings are not ) {
  const auto faults_in = [](std::string_view body) {
    return tests::faults_of(codec::decode_mailing(body, {}));
  };
  CAF_CHECK_EQUAL(
    faults_in(R"({"channels":["email"],"recipent":"a@b.c","title":"t","content":""})"),
    "/recipent");
  CAF_CHECK_EQUAL(faults_in(R"({"channels":["email"],"title":"t","body":"b","type":"ALERT",
    "extraData":{}})"),
                  "none");
  CAF_CHECK_EQUAL(tests::faults_of(codec::decode_template_mailing(
                    R"({"template_name":"a","recipient":"u","vars":{"x":1}})", {})),
                  "/vars");
}

CAF_TEST(a log shows the address that another channel would use) {
  what.channels["paper"] = entry("log", false);
  known["anna"].addresses["paper"] = "anna@paper";
  known["anna"].listed = true;
  auto by_text = draft({"paper", "robot"});
  by_text.recipient = "a@b.c";
  const auto texts = plan(by_text);
  CAF_CHECK_EQUAL(texts.shown[0]->recipient, "a@b.c");
  CAF_CHECK_EQUAL(texts.shown[0]->user_id, "");
  CAF_CHECK_EQUAL(texts.shown[1]->recipient, "");
  auto given = draft({"paper"});
  given.addresses = {{"paper", "E1"}};
  CAF_CHECK_EQUAL(plan(given).shown[0]->recipient, "E1");
  auto stored = draft({"paper"});
  stored.user_id = "anna";
  CAF_CHECK_EQUAL(plan(stored).shown[0]->recipient, "anna@paper");
  CAF_CHECK_EQUAL(plan(stored).shown[0]->user_id, "anna");
  stored.user_id = "nobody";
  CAF_CHECK_EQUAL(plan(stored).shown[0]->recipient, "");
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace plan_mailing_suite
