#define CAF_SUITE plan_digest

#include "protocol/rules/collections.hpp"
#include "protocol/rules/event_words.hpp"
#include "protocol/rules/plan.hpp"
#include "protocol/rules/quiet.hpp"
#include "protocol/rules/templates.hpp"

#include <nlohmann/json.hpp>

#include <memory>
#include <string>

#include "tests/caf_test.hpp"

namespace plan_digest_suite {

using namespace carillon;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

constexpr auto now = from_millis(1'771'583'400'000);

struct fixture {
  std::shared_ptr<rules::template_book> book = std::make_shared<rules::template_book>();
  catalog what;
  facts known;
  uuid_source ids;

  fixture() {
    channel_entry mail;
    mail.settings.type = "email";
    mail.settings.max_age = 1h;
    what.channels["mail"] = mail;
    mail.settings.enabled = false;
    what.channels["off"] = mail;
    known["anna"].addresses = {{"mail", "anna@example.org"}};
    route by;
    by.name = "orders";
    by.event = "order.*";
    by.channels = {"mail"};
    by.digest = 10min;
    what.routes.push_back(by);
  }

  route& orders() { return what.routes.front(); }

  event happened(const std::string& data) {
    event out;
    out.id = {ids.next(now)};
    out.type = "order.paid";
    out.data = data;
    out.entity_id = "o1";
    out.recipients = {"anna"};
    out.occurred_at = now;
    return out;
  }

  acceptance plan(const std::string& data = "{}") {
    return *rules::plan({.what = happened(data)}, what, known, now, ids);
  }

  /// The digest that begins with what the route says of an event now, with these events in it.
  collection collected(const std::vector<std::string>& all) {
    const auto first = plan().plan.at(0);
    CAF_REQUIRE(first.waits_with);
    collection out{.id = first.delivery->id,
                   .channel = first.delivery->channel,
                   .recipient = first.delivery->recipient,
                   .user_id = first.delivery->user_id,
                   .route = first.waits_with->route,
                   .target_kind = first.waits_with->target_kind,
                   .target = first.waits_with->target,
                   .count = static_cast<std::int64_t>(all.size())};
    for (const auto& data : all)
      out.events.push_back(happened(data));
    return out;
  }

  planned end(const collection& over) {
    return rules::plan(over, what, known, now + 10min, ids)->meant;
  }

  std::string reason_of(const collection& over) { return end(over).delivery->reason; }

  void add_template(const std::string& code, const std::string& content) {
    auto row = std::make_shared<message_template>();
    row->id = template_id{ids.next(now)};
    row->code = code;
    row->language = "zh-CN";
    row->title = "{{count}} orders";
    row->content = content;
    book->put(row);
    what.templates = book;
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(plan_digest_tests, fixture)

CAF_TEST(an event of a digest waits under its own lock and asks for no words and no turn) {
  orders().throttle_count = 1;
  orders().throttle_per = 1h;
  orders().template_code = "nowhere";
  const auto meant = plan();
  CAF_REQUIRE_EQUAL(meant.plan.size(), 1u);
  const auto& one = meant.plan[0];
  CAF_REQUIRE(one.delivery && one.waits_with);
  CAF_CHECK(is_collecting(*one.delivery));
  CAF_CHECK(one.delivery->due_at == now + 10min && one.delivery->user_id == "anna");
  CAF_CHECK_EQUAL(one.delivery->recipient, "anna@example.org");
  CAF_CHECK(one.waits_with->window == 10min && !one.at_most);
  CAF_CHECK(one.channel == "mail" && one.recipient == "anna");
}

CAF_TEST(routes channels and recipients have digests of their own) {
  orders().channels = {"mail", "system"};
  what.routes.push_back(orders());
  what.routes[1].name = "again";
  what.routes[1].channels = {"mail"};
  const auto first = plan().plan;
  CAF_REQUIRE_EQUAL(first.size(), 2u);  // the second route would tell the same one the same
  CAF_CHECK(first[0].waits_with->bucket != first[1].waits_with->bucket);
  CAF_CHECK_EQUAL(first[1].delivery->channel, "system");
  what.routes.erase(what.routes.begin());
  CAF_CHECK(plan().plan.at(0).waits_with->bucket != first[0].waits_with->bucket);
}

CAF_TEST(what could not be sent is not collected) {
  orders().channels = {"off", "mail", "system"};
  known["anna"].addresses.clear();
  const auto all = plan().plan;
  CAF_REQUIRE_EQUAL(all.size(), 3u);
  CAF_CHECK_EQUAL(all[0].delivery->reason, "channel_disabled");
  CAF_CHECK_EQUAL(all[1].delivery->reason, "no_address");
  CAF_CHECK(all[2].waits_with.has_value());
  orders().enabled = false;
  for (const auto& one : plan().plan)
    CAF_CHECK(one.delivery->status == delivery_status::skipped && !one.waits_with);
}

CAF_TEST(its message is one with the number and each of the events) {
  add_template("sum", "{{#each events}}{{n}}/{{data.n}}/{{type}} {{/each}}last {{n}}");
  orders().template_code = "sum";
  auto over = collected({R"({"n":1})", R"({"n":2})", R"({"n":3,"count":9,"events":"own"})"});
  over.count = 120;
  const auto told = end(over);
  CAF_REQUIRE(told.delivery != nullptr);
  CAF_CHECK(told.delivery->id == over.id);
  CAF_CHECK(told.delivery->status == delivery_status::pending && told.delivery->reason.empty());
  CAF_CHECK(told.delivery->due_at == now + 10min && told.delivery->event == over.events.back().id);
  CAF_CHECK_EQUAL(told.delivery->content.title, "120 orders");
  CAF_CHECK_EQUAL(told.delivery->content.text,
                  "1/1/order.paid 2/2/order.paid 3/3/order.paid last 3");
  const auto data = json::parse(told.delivery->content.data);
  CAF_CHECK_EQUAL(data.at("count").get<int>(), 120);
  CAF_CHECK_EQUAL(data.at("events").size(), 3u);
  CAF_CHECK_EQUAL(data.at("n").get<int>(), 3);
}

CAF_TEST(without a template it says what each event says) {
  auto told =
    end(collected({R"({"title":"A","message":"one"})", R"({"title":"B","content":"two"})"}));
  CAF_CHECK_EQUAL(told.delivery->content.title, "B (2)");
  CAF_CHECK_EQUAL(told.delivery->content.text, "one\ntwo");
  told = end(collected({R"({"title":"A","message":"one"})"}));
  CAF_CHECK_EQUAL(told.delivery->content.title, "A");
  CAF_CHECK_EQUAL(told.delivery->content.text, "one");
}

CAF_TEST(a throttle and a time to be quiet are asked for at the end) {
  orders().throttle_count = 2;
  orders().throttle_per = 1h;
  auto quiet = std::make_shared<preferences>();
  quiet->do_not_disturb.emplace();
  quiet->do_not_disturb->zone = rules::find_time_zone("UTC");
  quiet->do_not_disturb->windows.push_back(
    {.days = {std::chrono::Sunday, std::chrono::Monday, std::chrono::Tuesday,
              std::chrono::Wednesday, std::chrono::Thursday, std::chrono::Friday,
              std::chrono::Saturday},
     .from = 0min,
     .to = 23h});
  known["anna"].preferences = quiet;
  auto over = collected({"{}"});
  auto told = end(over);
  CAF_CHECK(told.at_most && told.at_most->count == 2);
  CAF_CHECK(told.delivery->due_at > now + 10min);
  over.priority = priority::urgent;
  told = end(over);
  CAF_CHECK(told.delivery->priority == priority::urgent);
  CAF_CHECK(told.delivery->due_at == now + 10min);
}

CAF_TEST(a route switched off meanwhile keeps it back and one that is gone does not ) {
  const auto over = collected({"{}"});
  orders().enabled = false;
  CAF_CHECK_EQUAL(reason_of(over), "route_disabled");
  orders().event = "another.one";  // another route by the same name
  CAF_CHECK_EQUAL(reason_of(over), "");
  what.routes.clear();
  CAF_CHECK_EQUAL(reason_of(over), "");
  what.channels["mail"].settings.enabled = false;
  CAF_CHECK_EQUAL(reason_of(over), "channel_disabled");
}

CAF_TEST(a role has one digest in the inbox) {
  orders().channels = {"system"};
  orders().to = audience{{}, "staff", {}};
  const auto over = collected({R"({"title":"A"})", R"({"title":"B"})"});
  const auto told = end(over);
  CAF_REQUIRE(told.inbox != nullptr);
  CAF_CHECK(told.inbox->id.value == over.id.value);
  CAF_CHECK_EQUAL(told.inbox->to.role, "staff");
  CAF_CHECK_EQUAL(told.inbox->title, "B (2)");
  CAF_CHECK(told.channel.empty());  // the events have taken their locks
}

CAF_TEST(what is told of many large events has a bound) {
  std::vector<std::string> all(20, R"({"big":")" + std::string(10'000, 'x') + "\"}");
  const auto over = collected(all);
  const auto data = json::parse(rules::data_of(over));
  CAF_CHECK_EQUAL(data.at("events").size(), 3u);
  CAF_CHECK_EQUAL(data.at("count").get<int>(), 20);
  CAF_CHECK(end(over).delivery->content.text.size() <= 10'003);
}

CAF_TEST(one that cannot be read is an error and ends as failed) {
  auto over = collected({"{}"});
  over.route = "{";
  CAF_CHECK(rules::plan(over, what, known, now, ids).has_error());
  const auto last = rules::give_up(over, "why", now).meant.delivery;
  CAF_CHECK(last->status == delivery_status::failed && last->reason == "why");
  CAF_CHECK(last->id == over.id && last->recipient == "anna@example.org");
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace plan_digest_suite
