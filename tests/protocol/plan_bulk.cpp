#define CAF_SUITE plan_bulk

#include "protocol/rules/bulk.hpp"
#include "protocol/rules/templates.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "tests/caf_test.hpp"

namespace plan_bulk_suite {

using namespace carillon;

namespace {

constexpr auto now = from_millis(1'771'583'400'000);

struct fixture {
  catalog what;
  facts known;
  uuid_source ids;
  bulk_slice slice;

  fixture() {
    channel_entry mail;
    mail.settings.type = "email";
    mail.needs_address = true;
    channel_entry hook;
    hook.settings.type = "webhook";
    what.channels = {{"email", mail}, {"hook", hook}};
    put({"system"});
    known["anna"].addresses = {{"email", "anna@example.org"}};
    slice.batch = batch_id{ids.next(now)};
    slice.number = 7;
    slice.what.template_code = "welcome";
    slice.what.data = R"({"name":"you"})";
    slice.what.channels = {"system", "email"};
    slice.user_ids = {"anna", "bert"};
  }

  /// The one template there is.
  void put(std::vector<std::string> channels, std::string schema = {}) {
    auto row = std::make_shared<message_template>();
    row->id = template_id{ids.next(now)};
    row->code = "welcome";
    row->language = "zh-CN";
    row->title = "Hello {{name}}";
    row->content = "Welcome";
    row->channels = std::move(channels);
    row->priority = priority::high;
    row->payload_schema = std::move(schema);
    auto book = std::make_shared<rules::template_book>();
    book->put(row);
    what.templates = book;
  }

  bulk_chunk plan() {
    auto made = rules::plan(slice, what, known, now, ids);
    CAF_REQUIRE(made.has_value());
    return std::move(*made);
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(plan_bulk_tests, fixture)

CAF_TEST(each user gets an inbox row and a delivery for each other channel) {
  CAF_CHECK(rules::needs_facts(slice, what) == slice.user_ids);
  const auto made = plan();
  CAF_CHECK(made.batch == slice.batch);
  CAF_CHECK_EQUAL(made.number, 7);
  CAF_REQUIRE_EQUAL(made.meant.notifications.size(), 2u);
  CAF_CHECK(made.meant.inbox);
  CAF_CHECK(made.meant.unlisted == std::vector<bool>({false, false}));
  CAF_CHECK_EQUAL(made.meant.notifications[1]->to.user_id, "bert");
  CAF_CHECK_EQUAL(made.meant.notifications[1]->title, "Hello you");
  CAF_CHECK(made.meant.notifications[1]->priority == priority::high);
  CAF_REQUIRE_EQUAL(made.meant.deliveries.size(), 2u);
  CAF_CHECK_EQUAL(made.meant.deliveries[0]->recipient, "anna@example.org");
  CAF_CHECK(made.meant.deliveries[0]->notification == made.meant.notifications[0]->id);
  CAF_CHECK_EQUAL(made.meant.deliveries[1]->user_id, "bert");
  CAF_CHECK_EQUAL(made.meant.deliveries[1]->reason, "no_address");
  CAF_CHECK(
    (rules::created_on(made) == std::map<std::string, std::int64_t>{{"email", 1}, {"system", 2}}));
}

CAF_TEST(what was said of channels and priority wins over the template) {
  slice.what.channels = {"hook"};
  slice.what.priority = priority::low;
  const auto made = plan();
  CAF_CHECK(!made.meant.inbox);
  CAF_CHECK(made.meant.unlisted == std::vector<bool>({true, true}));
  CAF_REQUIRE_EQUAL(made.meant.deliveries.size(), 2u);
  CAF_CHECK_EQUAL(made.meant.deliveries[0]->user_id, "anna");
  CAF_CHECK(made.meant.deliveries[0]->priority == priority::low);
  slice.what.channels.clear();
  CAF_CHECK(plan().meant.deliveries.empty());
}

CAF_TEST(an inbox row that cannot be is a delivery with the reason) {
  put({}, R"({"required":["left"]})");
  slice.what.channels = {"system"};
  const auto made = plan();
  CAF_CHECK(!made.meant.inbox);
  CAF_REQUIRE_EQUAL(made.meant.deliveries.size(), 2u);
  const auto& first = *made.meant.deliveries[0];
  CAF_CHECK(first.status == delivery_status::failed);
  CAF_CHECK(first.id != made.meant.deliveries[1]->id);
  CAF_CHECK_EQUAL(first.user_id, "anna");
  CAF_CHECK(first.reason.find("left") != std::string::npos);
  CAF_CHECK(rules::created_on(made).empty());
  CAF_CHECK((rules::refused_on(made) == std::map<std::string, std::int64_t>{{"system", 2}}));
}

CAF_TEST(what stands in the way of everybody is found before anybody is told) {
  CAF_CHECK(!rules::objection_to(slice.what, what));
  auto letter = slice.what;
  letter.channels = {"system", "nowhere"};
  const auto wrong = rules::objection_to(letter, what);
  CAF_REQUIRE(wrong.has_value());
  CAF_CHECK(wrong->code == errc::invalid);
  CAF_CHECK_EQUAL(wrong->faults.at(0).path, "/channels/1");
  letter.template_code = "none";
  CAF_CHECK(rules::objection_to(letter, what)->code == errc::not_found);
  put({});
  letter = slice.what;
  letter.channels.clear();
  CAF_CHECK(rules::objection_to(letter, what)->code == errc::invalid);
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace plan_bulk_suite
