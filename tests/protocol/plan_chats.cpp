#define CAF_SUITE plan_chats

#include "protocol/rules/plan.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "tests/caf_test.hpp"

namespace plan_chats_suite {

using namespace carillon;

namespace {

const timestamp now = from_millis(1'700'000'000'000);

bool is_chat(std::string_view text) {
  return text.starts_with('-') || text.starts_with('@');
}

/// A bot with two chats of its own, and a webhook that has it as backup.
catalog configured() {
  catalog out;
  auto& bot = out.channels["bot"];
  bot.settings.name = bot.settings.type = "bot";
  bot.addresses = {"-1001", "@ops"};
  bot.is_address = is_chat;
  auto& hook = out.channels["hook"];
  hook.settings.name = hook.settings.type = "hook";
  hook.settings.failover = {"bot"};
  hook.needs_address = false;
  out.routes.push_back({.event = "**", .channels = {"bot"}});
  return out;
}

facts stored(std::string address) {
  facts out;
  out["user-1"].addresses["bot"] = std::move(address);
  return out;
}

std::vector<delivery> told(std::vector<std::string> recipients, const facts& known = {},
                           const catalog& what = configured()) {
  event_draft draft;
  draft.what.type = "order.paid";
  draft.what.entity_id = "o-1";
  draft.what.recipients = std::move(recipients);
  uuid_source ids;
  const auto planned = rules::plan(std::move(draft), what, known, now, ids);
  CAF_REQUIRE(planned.has_value());
  std::vector<delivery> out;
  for (const auto& one : planned->plan)
    out.push_back(*one.delivery);
  return out;
}

std::vector<std::string> places(const std::vector<delivery>& all) {
  std::vector<std::string> out;
  for (const auto& one : all)
    out.push_back(one.recipient);
  return out;
}

using list = std::vector<std::string>;

}  // namespace

CAF_TEST(an event for nobody goes to each of the chats as a delivery of its own) {
  const auto all = told({});
  CAF_CHECK_EQUAL(places(all), (list{"-1001", "@ops"}));
  for (const auto& one : all)
    CAF_CHECK(one.status == delivery_status::pending);
}

CAF_TEST(who has no chat is told of in the chats and only once) {
  CAF_CHECK_EQUAL(places(told({"user-1", "user-2"})), (list{"-1001", "@ops"}));
}

CAF_TEST(a chat that is named or stored is told alone) {
  CAF_CHECK_EQUAL(places(told({"-42"})), (list{"-42"}));
  CAF_CHECK_EQUAL(places(told({"user-1"}, stored("-7"))), (list{"-7"}));
  CAF_CHECK_EQUAL(places(told({"user-1"}, stored("7"))), (list{"7"}));
}

CAF_TEST(a chat among the named ones is not told twice) {
  CAF_CHECK_EQUAL(places(told({"@ops", "user-2"})), (list{"@ops", "-1001"}));
}

CAF_TEST(a bot without chats of its own needs an address) {
  auto what = configured();
  what.channels["bot"].addresses.clear();
  const auto all = told({}, {}, what);
  CAF_REQUIRE_EQUAL(all.size(), 1u);
  CAF_CHECK_EQUAL(all[0].reason, "no_recipient");
}

CAF_TEST(a disabled bot skips once) {
  auto what = configured();
  what.channels["bot"].settings.enabled = false;
  const auto all = told({"user-1"}, {}, what);
  CAF_REQUIRE_EQUAL(all.size(), 1u);
  CAF_CHECK_EQUAL(all[0].reason, "channel_disabled");
}

CAF_TEST(a posting reaches each of the chats) {
  std::vector<notification_draft> drafts(1);
  drafts[0].what.title = "t";
  drafts[0].what.message = "m";
  drafts[0].channels = {"bot"};
  uuid_source ids;
  const auto planned = rules::plan(drafts, false, configured(), {}, now, ids);
  CAF_REQUIRE(planned.has_value());
  CAF_REQUIRE_EQUAL(planned->deliveries.size(), 2u);
  CAF_CHECK_EQUAL(planned->deliveries[0]->recipient, "-1001");
  CAF_CHECK_EQUAL(planned->deliveries[1]->recipient, "@ops");
}

CAF_TEST(as a backup a bot tells the first of its chats) {
  auto what = configured();
  what.routes[0].channels = {"hook"};
  const auto all = told({}, {}, what);
  CAF_REQUIRE_EQUAL(all.size(), 1u);
  CAF_REQUIRE_EQUAL(all[0].failover.size(), 1u);
  CAF_CHECK_EQUAL(all[0].failover[0].recipient, "-1001");
}

}  // namespace plan_chats_suite
