#define CAF_SUITE plan_posting

#include "protocol/query.hpp"
#include "protocol/rules/plan.hpp"

#include <string>

#include "tests/protocol/planning.hpp"

#include "tests/caf_test.hpp"

namespace plan_posting_suite {

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
    what.channels = {{"email", entry("email", true)},     {"sms", entry("aliyun_sms", true)},
                     {"robot", entry("dingtalk", false)}, {"hook", entry("webhook", false)},
                     {"off", entry("log", false)},        {"system", entry("system", false)}};
    what.channels["off"].settings.enabled = false;
    known["anna"].addresses = {{"email", "anna@example.org"}, {"sms", "+861"}};
  }

  notification_draft draft(std::vector<std::string> channels, audience to = {"anna", "", ""}) {
    notification_draft out;
    out.what.title = "t";
    out.what.message = "m";
    out.what.extra_data = R"({"a":1})";
    out.what.priority = priority::high;
    out.what.to = std::move(to);
    out.what.trace_id = "trace";
    out.channels = std::move(channels);
    return out;
  }

  result<creation> plan_all(std::vector<notification_draft> drafts, bool batch = false) {
    return rules::plan(drafts, batch, what, known, now, ids);
  }

  creation plan(std::vector<std::string> channels, audience to = {"anna", "", ""}) {
    return *plan_all({draft(std::move(channels), std::move(to))});
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(plan_posting_tests, fixture)

CAF_TEST(a plain posting is one inbox row and nothing else) {
  const auto meant = plan({"system"});
  CAF_REQUIRE_EQUAL(meant.notifications.size(), 1u);
  CAF_CHECK(meant.inbox);
  CAF_CHECK(meant.unlisted.empty());
  CAF_CHECK(meant.deliveries.empty());
  CAF_CHECK(meant.notifications[0]->id != notification_id{});
  CAF_CHECK(meant.notifications[0]->created_at == now);
  CAF_CHECK_EQUAL(meant.notifications[0]->title, "t");
}

CAF_TEST(the inbox needs no configuration) {
  what.channels.clear();
  CAF_CHECK(plan({"system"}).inbox);
}

CAF_TEST(another channel is a delivery to the stored address) {
  const auto meant = plan({"system", "email"});
  CAF_CHECK(meant.inbox);
  CAF_REQUIRE_EQUAL(meant.deliveries.size(), 1u);
  const auto& x = *meant.deliveries[0];
  CAF_CHECK(x.id != delivery_id{});
  CAF_CHECK(x.notification == meant.notifications[0]->id);
  CAF_CHECK(!x.event.has_value());
  CAF_CHECK_EQUAL(x.channel, "email");
  CAF_CHECK_EQUAL(x.recipient, "anna@example.org");
  CAF_CHECK_EQUAL(x.user_id, "anna");
  CAF_CHECK(x.status == delivery_status::pending);
  CAF_CHECK(x.priority == priority::high);
  CAF_CHECK(x.content == content({"notification", "t", "m", R"({"a":1})"}));
  CAF_CHECK_EQUAL(x.trace_id, "trace");
  CAF_CHECK_EQUAL(x.max_attempts, 3);
  CAF_CHECK(x.created_at == now);
  CAF_CHECK(x.due_at == now);
  CAF_CHECK(x.expires_at == now + 1h);
}

CAF_TEST(without system there is no inbox row) {
  const auto meant = plan({"robot"});
  CAF_CHECK(!meant.inbox);
  CAF_CHECK_EQUAL(meant.notifications.size(), 1u);
  CAF_REQUIRE_EQUAL(meant.deliveries.size(), 1u);
  CAF_CHECK_EQUAL(meant.deliveries[0]->recipient, "");
  CAF_CHECK_EQUAL(meant.deliveries[0]->user_id, "anna");
}

CAF_TEST(what cannot be sent is skipped with the reason) {
  const auto reason = [&](std::string channel, audience to) {
    const auto x = plan({std::move(channel)}, std::move(to)).deliveries.at(0);
    return x->status == delivery_status::skipped ? x->reason : "sent";
  };
  CAF_CHECK_EQUAL(reason("email", {"anna", "", ""}), "sent");
  CAF_CHECK_EQUAL(reason("email", {"nobody-knows", "", ""}), "no_address");
  CAF_CHECK_EQUAL(reason("email", {"", "cook", ""}), "no_address");
  CAF_CHECK_EQUAL(reason("off", {"anna", "", ""}), "channel_disabled");
  known["anna"].addresses.erase("email");
  CAF_CHECK_EQUAL(reason("email", {"anna", "", ""}), "no_address");
}

CAF_TEST(the people of a role or a store are told one by one where a channel has addresses) {
  known["anna"].roles = {"cook"};
  known["bert"].roles = {"cook"};
  known["bert"].stores = {"north"};
  known["bert"].addresses = {{"email", "bert@example.org"}};
  known["carl"].roles = {"clerk"};
  known["carl"].addresses = {{"email", "carl@example.org"}};
  const auto told = [&](std::string channel, audience to) {
    std::vector<std::string> out;
    for (const auto& x : plan({std::move(channel)}, std::move(to)).deliveries)
      out.push_back(x->user_id + " " + (x->reason.empty() ? x->recipient : x->reason));
    return out;
  };
  using texts = std::vector<std::string>;
  CAF_CHECK(told("email", {"", "cook", ""})
            == texts({"anna anna@example.org", "bert bert@example.org"}));
  CAF_CHECK(told("email", {"", "cook", "north"}) == texts({"bert bert@example.org"}));
  CAF_CHECK(told("sms", {"", "cook", ""}) == texts({"anna +861", "bert no_address"}));
  CAF_CHECK(told("email", {"", "boss", ""}) == texts({" no_address"}));
  CAF_CHECK(told("email", {"", "", ""}) == texts({" no_address"}));
  CAF_CHECK(told("robot", {"", "cook", ""}) == texts({" "}));
}

CAF_TEST(more people than one commit should hold are left out aloud) {
  for (std::size_t i = 0; i < most_told_at_once; ++i) {
    auto& one = known["cook-" + std::to_string(i)];
    one.roles = {"cook"};
    one.addresses = {{"email", "cook@example.org"}};
  }
  const audience cooks{"", "cook", ""};
  CAF_CHECK_EQUAL(plan({"email"}, cooks).deliveries.size(), most_told_at_once);
  const std::vector batch(rules::most_told_by_posting / most_told_at_once + 1,
                          draft({"email"}, cooks));
  const auto many = *plan_all(batch, true);
  CAF_CHECK_EQUAL(many.deliveries.size(), rules::most_told_by_posting + 1);
  CAF_CHECK_EQUAL(many.deliveries.back()->reason, "audience_too_large");
  known["one more"].roles = {"cook"};
  const auto left = plan({"email"}, cooks).deliveries;
  CAF_REQUIRE_EQUAL(left.size(), 1u);
  CAF_CHECK_EQUAL(left[0]->reason, "audience_too_large");
}

CAF_TEST(a disabled inbox is recorded as skipped) {
  what.channels["system"].settings.enabled = false;
  const auto meant = plan({"system"});
  CAF_CHECK(!meant.inbox);
  CAF_REQUIRE_EQUAL(meant.deliveries.size(), 1u);
  CAF_CHECK_EQUAL(meant.deliveries[0]->reason, "channel_disabled");
}

CAF_TEST(unknown channels are all named with their places) {
  const auto one = plan_all({draft({"system", "poem", "email", "song"})});
  CAF_REQUIRE(!one);
  CAF_CHECK(one.error().code == errc::invalid);
  CAF_REQUIRE_EQUAL(one.error().faults.size(), 2u);
  CAF_CHECK(one.error().faults[0].path == "/channels/1");
  CAF_CHECK(one.error().faults[1].path == "/channels/3");
  const auto many = plan_all({draft({"system"}), draft({"poem"})}, true);
  CAF_REQUIRE(!many);
  CAF_CHECK(many.error().faults.at(0).path == "/notifications/1/channels/0");
}

CAF_TEST(a delivery waits with its notification and ages from then on) {
  auto later = draft({"system", "email"});
  later.what.deliver_at = now + 48h;
  auto past = draft({"email"});
  past.what.deliver_at = now - 1h;
  const auto meant = *plan_all({later, past}, true);
  CAF_CHECK(meant.deliveries[0]->due_at == now + 48h);
  CAF_CHECK(meant.deliveries[0]->expires_at == now + 49h);
  CAF_CHECK(meant.deliveries[1]->due_at == now);
}

CAF_TEST(nobody is told on a channel of what is over by then) {
  const auto over = [&](timestamp from, timestamp until) {
    auto x = draft({"email"});
    x.what.deliver_at = from;
    x.what.expires_at = until;
    return *(*plan_all({std::move(x)})).deliveries.at(0);
  };
  for (const auto& x : {over(now, now - 1h), over(now, now), over(now + 2h, now + 1h)}) {
    CAF_CHECK(x.status == delivery_status::skipped);
    CAF_CHECK_EQUAL(x.reason, "expired");
  }
  const auto in_time = over(now + 5min, now + 10min);
  CAF_CHECK(in_time.status == delivery_status::pending);
  CAF_CHECK(in_time.expires_at == now + 10min);
  CAF_CHECK(over(now, now + 48h).expires_at == now + 1h);
}

CAF_TEST(a backup too is not used for what is over) {
  what.channels["email"].settings.failover = {"sms"};
  auto x = draft({"email"});
  x.what.expires_at = now + 10min;
  const auto meant = *plan_all({std::move(x)});
  CAF_REQUIRE_EQUAL(meant.deliveries.at(0)->failover.size(), 1u);
  CAF_CHECK(meant.deliveries[0]->failover[0].until == now + 10min);
}

CAF_TEST(a batch keeps its order and tells rows from others) {
  const auto meant = *plan_all({draft({"system"}), draft({"robot"}), draft({"system"})}, true);
  CAF_CHECK(meant.inbox);
  CAF_CHECK(meant.unlisted == std::vector<bool>({false, true, false}));
  CAF_CHECK(meant.notifications[0]->id < meant.notifications[1]->id);
  CAF_CHECK(meant.notifications[1]->id < meant.notifications[2]->id);
  CAF_CHECK(meant.deliveries[0]->notification == meant.notifications[1]->id);
  const auto none = *plan_all({draft({"robot"}), draft({"robot"})}, true);
  CAF_CHECK(!none.inbox && none.unlisted.empty());
}

CAF_TEST(the failover chain is resolved with each address and has no circle) {
  what.channels["email"].settings.failover = {"sms", "off", "poem", "system"};
  what.channels["sms"].settings.failover = {"email", "robot"};
  what.channels["robot"].settings.failover = {"sms"};
  what.channels["sms"].settings.retry.max_attempts = 9;
  const auto chain = plan({"email"}).deliveries[0]->failover;
  CAF_REQUIRE_EQUAL(chain.size(), 2u);
  CAF_CHECK_EQUAL(chain[0].channel, "sms");
  CAF_CHECK_EQUAL(chain[0].recipient, "+861");
  CAF_CHECK_EQUAL(chain[0].max_attempts, 9);
  CAF_CHECK(chain[0].max_age == 1h);
  CAF_CHECK_EQUAL(chain[1].channel, "robot");
  CAF_CHECK_EQUAL(chain[1].recipient, "");
  known["anna"].addresses.erase("sms");
  CAF_CHECK_EQUAL(plan({"email"}).deliveries[0]->failover.size(), 1u);
}

CAF_TEST(facts are needed of users on every channel but the inbox) {
  const auto needs = [&](std::vector<std::string> channels, audience to = {"anna", "", ""}) {
    const std::vector drafts{draft(std::move(channels), std::move(to))};
    return !rules::needs_facts(drafts, what).empty();
  };
  CAF_CHECK(!needs({"system"}));
  CAF_CHECK(!needs({"system", "unknown"}));
  CAF_CHECK(needs({"system", "email"}));
  CAF_CHECK(needs({"robot"}));
  CAF_CHECK(!needs({"email"}, {"", "cook", ""}));
  const std::vector drafts{draft({"email"}), draft({"sms"}), draft({"sms"}, {"bert", "", ""})};
  CAF_CHECK(rules::needs_facts(drafts, what) == std::vector<std::string>({"anna", "bert"}));
}

CAF_TEST(people are needed of roles and stores on channels with addresses) {
  const auto needs = [&](std::vector<std::string> channels, audience to) {
    const std::vector drafts{draft(std::move(channels), std::move(to))};
    return rules::needs_groups(drafts, what);
  };
  const audience cooks{"", "cook", ""};
  CAF_CHECK(needs({"system", "email"}, cooks) == std::vector{cooks});
  CAF_CHECK(needs({"system", "robot", "poem"}, cooks).empty());
  CAF_CHECK(needs({"email"}, {"anna", "", ""}).empty());
  CAF_CHECK(needs({"email"}, {"", "", ""}).empty());
  const std::vector twice{draft({"email"}, cooks), draft({"sms"}, cooks)};
  CAF_CHECK(rules::needs_groups(twice, what) == std::vector{cooks});
}

CAF_TEST(channels of a draft stay with it) {
  std::vector drafts{draft({"system", "robot"})};
  CAF_CHECK(rules::plan(drafts, false, what, known, now, ids).has_value());
  CAF_CHECK(drafts[0].channels == std::vector<std::string>({"system", "robot"}));
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace plan_posting_suite
