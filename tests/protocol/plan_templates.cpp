#define CAF_SUITE plan_templates

#include "protocol/rules/plan.hpp"
#include "protocol/rules/templates.hpp"

#include <memory>
#include <string>

#include "tests/caf_test.hpp"

namespace plan_templates_suite {

using namespace carillon;
using namespace std::chrono_literals;

namespace {

constexpr auto now = from_millis(1'771'583'400'000);

struct fixture {
  std::shared_ptr<rules::template_book> book = std::make_shared<rules::template_book>();
  catalog what;
  facts known;
  uuid_source ids;
  event_draft draft;

  fixture() {
    channel_entry sms;
    sms.settings.type = "log";
    sms.settings.max_age = 1h;
    what.channels["sms"] = sms;
    what.channels["mail"] = sms;
    known["anna"].addresses = {{"sms", "+49"}, {"mail", "anna@example.org"}};
    known["anna"].locale = "en-GB";
    known["bert"].addresses = {{"sms", "+86"}};
    draft.what.type = "order.paid";
    draft.what.data = R"({"order":"A&1","title":"own title"})";
    draft.what.recipients = {"anna"};
    route by;
    by.event = "order.*";
    by.channels = {"sms"};
    by.template_code = "paid";
    what.routes.push_back(by);
  }

  message_template& add(const std::string& code, const std::string& channel,
                        const std::string& language, const std::string& content) {
    auto row = std::make_shared<message_template>();
    row->id = template_id{ids.next(now)};
    row->code = code;
    row->channel = channel;
    row->language = language;
    row->title = "T " + language;
    row->content = content;
    rows.push_back(row);
    return *row;
  }

  acceptance plan() {
    for (const auto& row : rows)
      book->put(row);
    what.templates = book;
    return *rules::plan(draft, what, known, now, ids);
  }

  /// The only delivery: its text, or its state and the reason.
  std::string said() {
    const auto meant = plan();
    const auto& x = *meant.plan.at(0).delivery;
    return x.status == delivery_status::pending ? x.content.text
                                                : std::string{to_string(x.status)} + " " + x.reason;
  }

  std::vector<std::shared_ptr<message_template>> rows;
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(plan_templates_tests, fixture)

CAF_TEST(the event s language decides then the recipient s then the default) {
  add("paid", "", "zh-CN", "已支付");
  CAF_CHECK_EQUAL(said(), "已支付");
  add("paid", "", "en", "paid {{order}}");
  CAF_CHECK_EQUAL(said(), "paid A&1");
  add("paid", "", "en-GB", "paid, old chap");
  CAF_CHECK_EQUAL(said(), "paid, old chap");
  draft.what.recipients = {"bert"};
  CAF_CHECK_EQUAL(said(), "已支付");
  draft.what.locale = "en-US";
  CAF_CHECK_EQUAL(said(), "paid A&1");
  draft.what.recipients = {"anna"};
  CAF_CHECK_EQUAL(said(), "paid A&1");
}

CAF_TEST(a row of the channel wins over a row for all) {
  add("paid", "", "en", "for all");
  add("paid", "sms", "zh-CN", "短信");
  CAF_CHECK_EQUAL(said(), "短信");
  what.routes[0].channels = {"mail"};
  CAF_CHECK_EQUAL(said(), "for all");
}

CAF_TEST(parts in HTML are escaped and the others are not ) {
  auto& row = add("paid", "", "en", "{{order}}");
  row.html = "<b>{{order}}</b>";
  row.provider_template = "SMS_1";
  row.params = R"({"no":"{{order}}"})";
  const auto meant = plan();
  const auto& words = meant.plan.at(0).delivery->content;
  CAF_CHECK_EQUAL(words.title, "T en");
  CAF_CHECK_EQUAL(words.text, "A&1");
  CAF_CHECK_EQUAL(words.html, "<b>A&amp;1</b>");
  CAF_CHECK_EQUAL(words.template_id, "SMS_1");
  CAF_CHECK_EQUAL(words.params, R"({"no":"A&1"})");
}

CAF_TEST(what the schema asks for is there or nothing is sent) {
  auto& row = add("paid", "", "en", "{{amount}}");
  row.payload_schema = R"({"type":"object","required":["amount"]})";
  const auto why = said();
  CAF_CHECK(why.starts_with("failed the data does not fulfil the template's schema"));
  CAF_CHECK(why.find("amount") != std::string::npos);
  draft.what.entity_id = "1";
  CAF_CHECK(plan().plan.at(0).recipient.empty());  // no lock
  draft.what.data = R"({"amount":5})";
  CAF_CHECK_EQUAL(said(), "5");
}

CAF_TEST(a template that is switched off is skipped) {
  add("paid", "", "en", "x").enabled = false;
  CAF_CHECK_EQUAL(said(), "skipped template_disabled");
}

CAF_TEST(a route s template must be there) {
  CAF_CHECK_EQUAL(said(), "failed there is no template paid for this channel");
}

CAF_TEST(a template that speaks of an event needs no route to name it) {
  what.routes[0].template_code.clear();
  add("order.paid", "sms", "en", "bound").event = "order.paid";
  CAF_CHECK_EQUAL(said(), "bound");
  what.routes[0].channels = {"mail"};
  CAF_CHECK_EQUAL(said(), draft.what.data);
  draft.what.type = "order.lost";
  what.routes[0].channels = {"sms"};
  CAF_CHECK_EQUAL(said(), draft.what.data);
}

CAF_TEST(partials are other templates of the same channel and language) {
  add("paid", "", "en", "{{> head}}, paid");
  add("head", "", "en", "Dear customer");
  add("head", "", "zh-CN", "尊敬的客户");
  CAF_CHECK_EQUAL(said(), "Dear customer, paid");
  add("head", "sms", "en", "Hi");
  CAF_CHECK_EQUAL(said(), "Hi, paid");
}

CAF_TEST(the inbox is told in the words of the template too) {
  what.routes[0].channels = {"system"};
  add("paid", "system", "en", "inbox {{order}}").priority = priority::high;
  const auto meant = plan();
  const auto& row = *meant.plan.at(0).inbox;
  CAF_CHECK_EQUAL(row.title, "T en");
  CAF_CHECK_EQUAL(row.message, "inbox A&1");
  CAF_CHECK(row.priority == priority::high);
  CAF_CHECK(rules::needs_facts(draft, what) == std::vector<std::string>{"anna"});
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace plan_templates_suite
