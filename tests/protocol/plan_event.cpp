#define CAF_SUITE plan_event

#include "protocol/codec/text.hpp"
#include "protocol/rules/plan.hpp"
#include "protocol/rules/when.hpp"

#include <string>

#include "tests/protocol/planning.hpp"

#include "tests/caf_test.hpp"

namespace plan_event_suite {

using namespace carillon;
using tests::entry;
using namespace std::chrono_literals;

namespace {

constexpr auto now = tests::asked_at;

struct fixture {
  catalog what;
  facts known;
  uuid_source ids;
  event_draft draft;

  fixture() {
    what.channels = {{"email", entry("email", true)},
                     {"robot", entry("dingtalk", false)},
                     {"hook", entry("webhook", false)},
                     {"calls", entry("webhook", true)},
                     {"off", entry("log", false)}};
    what.channels["off"].settings.enabled = false;
    known["anna"].addresses = {{"email", "anna@example.org"}};
    known["bert"] = {};
    draft.what.type = "order.paid";
    draft.what.source = "shop";
    draft.what.data = R"({"title":"支付成功","message":"订单已支付"})";
    draft.what.trace_id = "trace";
  }

  route& add_route(std::string pattern, std::vector<std::string> channels) {
    route out;
    out.event = std::move(pattern);
    out.channels = std::move(channels);
    return what.routes.emplace_back(std::move(out));
  }

  acceptance plan() { return *rules::plan(draft, what, known, now, ids); }

  /// `channel>recipient/user` for a delivery, with `!reason` where it is skipped; `inbox>user` for
  /// a row; separated by spaces.
  std::string summary() {
    std::string out;
    for (const auto& x : plan().plan) {
      out += out.empty() ? "" : " ";
      if (x.inbox)
        out += "inbox>" + x.inbox->to.user_id + x.inbox->to.role;
      else
        out += x.delivery->channel + '>' + x.delivery->recipient + '/' + x.delivery->user_id;
      if (x.delivery && x.delivery->status == delivery_status::skipped)
        out += '!' + x.delivery->reason;
    }
    return out;
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(plan_event_tests, fixture)

CAF_TEST(an event that no route wants is stored alone) {
  add_route("invoice.*", {"system"});
  const auto meant = plan();
  CAF_CHECK(meant.plan.empty());
  CAF_CHECK(meant.what.id != event_id{});
  CAF_CHECK(meant.what.created_at == now);
  CAF_CHECK(meant.what.occurred_at == now);
  draft.what.occurred_at = now - 1h;
  CAF_CHECK(plan().what.occurred_at == now - 1h);
}

CAF_TEST(each recipient gets an inbox row) {
  add_route("order.*", {"system"});
  draft.what.recipients = {"anna", "carl"};
  const auto meant = plan();
  CAF_REQUIRE_EQUAL(meant.plan.size(), 2u);
  const auto& row = *meant.plan[0].inbox;
  CAF_CHECK_EQUAL(row.to.user_id, "anna");
  CAF_CHECK_EQUAL(row.title, "支付成功");
  CAF_CHECK_EQUAL(row.message, "订单已支付");
  CAF_CHECK_EQUAL(row.extra_data, draft.what.data);
  CAF_CHECK_EQUAL(row.source, "shop");
  CAF_CHECK_EQUAL(row.trace_id, "trace");
  CAF_CHECK(row.event == meant.what.id);
  CAF_CHECK(row.created_at == now);
  CAF_CHECK(!row.deliver_at.has_value());
  CAF_CHECK_EQUAL(meant.plan[1].inbox->to.user_id, "carl");
}

CAF_TEST(an inbox row is as grave as the event s level says) {
  add_route("order.*", {"system", "robot"});
  draft.what.recipients = {"anna"};
  CAF_CHECK(plan().plan.at(0).inbox->type == notification_type::info);
  draft.type = notification_type::alert;
  CAF_CHECK(plan().plan.at(0).inbox->type == notification_type::alert);
}

CAF_TEST(recipients are addressed as users where they are known and as written where not ) {
  add_route("order.*", {"email"});
  draft.what.recipients = {"anna", "bert", "carl@example.org"};
  CAF_CHECK_EQUAL(summary(),
                  "email>anna@example.org/anna email>/bert!no_address email>carl@example.org/");
}

CAF_TEST(a robot is told once whoever the event is about) {
  add_route("order.*", {"robot"});
  CAF_CHECK_EQUAL(summary(), "robot>/");
  draft.what.recipients = {"anna"};
  CAF_CHECK_EQUAL(summary(), "robot>/anna");
  draft.what.recipients = {"anna", "bert"};
  CAF_CHECK_EQUAL(summary(), "robot>/");
}

CAF_TEST(a webhook goes to recipients that are URLs) {
  add_route("order.*", {"hook", "calls"});
  draft.what.recipients = {"https://a.example/x", "anna", "http://b.example"};
  CAF_CHECK_EQUAL(summary(),
                  "hook>https://a.example/x/ hook>http://b.example/ hook>/anna "
                  "calls>https://a.example/x/ calls>/anna!no_address calls>http://b.example/");
}

CAF_TEST(a route names its own audience) {
  add_route("order.*", {"system", "robot", "email"}).to = audience{"", "cook", ""};
  draft.what.recipients = {"anna"};
  CAF_CHECK_EQUAL(summary(), "inbox>cook robot>/ email>/!no_address");
  what.routes[0].to = audience{"anna", "", ""};
  CAF_CHECK_EQUAL(summary(), "inbox>anna robot>/anna email>anna@example.org/anna");
  what.routes[0].to = audience{};
  CAF_CHECK(plan().plan[0].inbox->to.broadcast());
}

CAF_TEST(a route names addresses) {
  add_route("order.*", {"email", "hook", "system"}).addresses = {"ops@example.org"};
  draft.what.recipients = {"anna"};
  CAF_CHECK_EQUAL(summary(), "email>ops@example.org/ hook>/ inbox>anna");
}

CAF_TEST(what cannot be sent is skipped with the reason) {
  add_route("order.*", {"system", "email", "off", "poem"});
  CAF_CHECK_EQUAL(summary(),
                  "system>/!no_recipient email>/!no_recipient off>/!channel_disabled "
                  "poem>/!unknown_channel");
  draft.what.recipients = {"https://a.example"};
  CAF_CHECK_EQUAL(summary().substr(0, 44), "system>https://a.example/!invalid_recipient ");
  what.routes[0].enabled = false;
  draft.what.recipients = {"anna"};
  CAF_CHECK_EQUAL(summary(),
                  "system>/anna!route_disabled email>anna@example.org/anna!route_disabled "
                  "off>/anna!route_disabled poem>/!route_disabled");
}

CAF_TEST(a disabled inbox is skipped) {
  what.channels["system"] = entry("system", false);
  what.channels["system"].settings.enabled = false;
  add_route("order.*", {"system"});
  draft.what.recipients = {"anna"};
  CAF_CHECK_EQUAL(summary(), "system>/anna!channel_disabled");
}

CAF_TEST(all routes that fit are followed but nobody is told twice on a channel) {
  add_route("order.*", {"system"}).enabled = false;
  add_route("**", {"system", "robot"});
  add_route("order.paid", {"system", "robot", "email"});
  draft.what.recipients = {"anna"};
  CAF_CHECK_EQUAL(summary(),
                  "system>/anna!route_disabled inbox>anna robot>/anna "
                  "email>anna@example.org/anna");
}

CAF_TEST(a condition decides) {
  add_route("order.*", {"robot"}).condition = *rules::parse_when("data.amount >= 100");
  CAF_CHECK_EQUAL(summary(), "");
  draft.what.data = R"({"amount":100})";
  CAF_CHECK_EQUAL(summary(), "robot>/");
}

CAF_TEST(locks are named only where there is an entity) {
  auto& by = add_route("order.*", {"system", "email", "robot", "off"});
  by.repeat_after = 24h;
  draft.what.recipients = {"anna", "carl@example.org"};
  for (const auto& x : plan().plan)
    CAF_CHECK(x.channel.empty() && x.recipient.empty());
  draft.what.entity_id = "o-1";
  const auto locked = plan().plan;
  CAF_REQUIRE_EQUAL(locked.size(), 6u);
  CAF_CHECK_EQUAL(locked[0].channel, "system");
  CAF_CHECK_EQUAL(locked[0].recipient, "anna");
  CAF_CHECK(locked[0].lock_for == 24h);
  CAF_CHECK_EQUAL(locked[2].channel, "email");
  CAF_CHECK_EQUAL(locked[2].recipient, "anna");
  CAF_CHECK_EQUAL(locked[3].recipient, "carl@example.org");
  CAF_CHECK_EQUAL(locked[4].channel, "robot");
  CAF_CHECK_EQUAL(locked[4].recipient, "");
  CAF_CHECK_EQUAL(locked[5].channel, "");
}

CAF_TEST(locks of audiences differ from each other and from any user) {
  draft.what.entity_id = "o-1";
  add_route("order.*", {"system"});
  const auto lock = [&](audience to) {
    what.routes[0].to = std::move(to);
    return plan().plan.at(0).recipient;
  };
  CAF_CHECK_EQUAL(lock({"cook", "", ""}), "cook");
  CAF_CHECK(lock({"", "cook", ""}) != lock({"", "", "cook"}));
  CAF_CHECK(lock({"", "cook", "s"}) != lock({"", "cook", ""}));
  CAF_CHECK(codec::has_control(lock({})));
}

CAF_TEST(the words come from the data) {
  add_route("**", {"robot"});
  const auto words = [&](std::string data) {
    draft.what.data = std::move(data);
    return plan().plan.at(0).delivery->content;
  };
  const auto both = words(R"({"title":"a","message":"b","content":"c"})");
  CAF_CHECK(both == content({"order.paid", "a", "b", draft.what.data}));
  CAF_CHECK_EQUAL(words(R"({"content":"c"})").text, "c");
  CAF_CHECK_EQUAL(words(R"({"n":18446744073709551615})").text, R"({"n":18446744073709551615})");
  CAF_CHECK_EQUAL(words(R"({"title":7,"message":""})").title, "order.paid");
  CAF_CHECK_EQUAL(words(R"({"title":"a\u0000b"})").title, "ab");
}

CAF_TEST(words are cut to the bounds of a notification) {
  add_route("**", {"robot"});
  std::string title;
  std::string text;
  for (int i = 0; i < 300; ++i)
    title += "警";
  for (int i = 0; i < 11'000; ++i)
    text += "x";
  draft.what.data = R"({"title":")" + title + R"(","message":")" + text + "\"}";
  const auto said = plan().plan.at(0).delivery->content;
  CAF_CHECK_EQUAL(codec::code_points(said.title), 200u);
  CAF_CHECK_EQUAL(codec::code_points(said.text), 10'000u);
  CAF_CHECK(said.text.ends_with("x…"));
}

CAF_TEST(the event decides its priority before the route does) {
  auto& by = add_route("**", {"robot"});
  CAF_CHECK(plan().plan.at(0).delivery->priority == priority::normal);
  by.priority = priority::low;
  CAF_CHECK(plan().plan.at(0).delivery->priority == priority::low);
  draft.what.priority = priority::urgent;
  CAF_CHECK(plan().plan.at(0).delivery->priority == priority::urgent);
}

CAF_TEST(a delay holds back row and delivery) {
  add_route("**", {"system", "robot"}).delay = 10min;
  draft.what.recipients = {"anna"};
  const auto meant = plan();
  CAF_CHECK(meant.plan.at(0).inbox->deliver_at == now + 10min);
  CAF_CHECK(meant.plan.at(1).delivery->due_at == now + 10min);
  CAF_CHECK(meant.plan.at(1).delivery->expires_at == now + 70min);
}

CAF_TEST(a route names its own failover) {
  what.channels["email"].settings.failover = {"hook"};
  auto& by = add_route("**", {"email"});
  draft.what.recipients = {"anna"};
  CAF_CHECK(plan().plan.at(0).delivery->failover.at(0).channel == "hook");
  by.failover = {"robot"};
  const auto chain = plan().plan.at(0).delivery->failover;
  CAF_REQUIRE_EQUAL(chain.size(), 1u);
  CAF_CHECK_EQUAL(chain[0].channel, "robot");
}

CAF_TEST(facts are needed of those who could be users on every channel but the inbox) {
  draft.what.recipients = {"bert", "anna", "https://a.example", std::string(129, 'x')};
  const auto needs = [&] { return rules::needs_facts(draft, what); };
  add_route("order.*", {"system"});
  CAF_CHECK(needs().empty());
  add_route("invoice.*", {"email"});
  CAF_CHECK(needs().empty());
  add_route("order.paid", {"email"});
  CAF_CHECK(needs() == std::vector<std::string>({"anna", "bert"}));
  what.routes[2].to = audience{"carl", "", ""};
  CAF_CHECK(needs() == std::vector<std::string>{"carl"});
  what.routes[2].addresses = {"ops@example.org"};
  CAF_CHECK(needs().empty());
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace plan_event_suite
