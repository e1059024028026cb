#define CAF_SUITE plan_crowd

#include "protocol/codec/route.hpp"
#include "protocol/rules/bulk.hpp"
#include "protocol/rules/plan.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "tests/protocol/planning.hpp"

#include "tests/caf_test.hpp"

namespace plan_crowd_suite {

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
    what.channels = {{"mail", entry("email", true)},
                     {"chat", entry("telegram", true)},
                     {"robot", entry("dingtalk", false)}};
    what.channels["chat"].addresses = {"lobby"};
    draft.what.type = "stock.low";
    draft.what.entity_id = "sku-1";
  }

  static std::string nth(const std::string& name, int i) {
    auto digits = std::to_string(1000 + i);
    return name + digits.substr(1);
  }

  /// So many people with the role, each with an address for mail.
  void hire(const std::string& role, int count, const std::string& name = "u") {
    for (int i = 0; i < count; ++i) {
      auto& one = known[nth(name, i)];
      one.roles.push_back(role);
      one.addresses["mail"] = nth(name, i) + "@example.org";
    }
  }

  route& add_route(const std::string& name, std::vector<std::string> channels,
                   const std::string& role = {}) {
    route out;
    out.name = name;
    out.event = "stock.*";
    out.channels = std::move(channels);
    if (!role.empty())
      out.to = audience{{}, role, {}};
    return what.routes.emplace_back(std::move(out));
  }

  acceptance plan() { return *rules::plan(draft, what, known, now, ids); }

  /// The slice that comes first of what the event leaves to a bulk.
  static bulk_slice slice_of(const acceptance& of, std::vector<std::string> people,
                             bool named = false) {
    bulk_slice out{.batch = of.bulk, .user_ids = std::move(people)};
    auto& turn = out.of.emplace();
    turn.about = of.what;
    turn.named = named;
    turn.letter.told = of.told;
    for (const auto& x : of.plan)
      if (x.told_later) {
        turn.letter.routes.push_back(x.told_later->route);
        if (x.told_later->group)
          turn.letter.groups.push_back(*x.told_later->group);
      }
    return out;
  }

  bulk_chunk tell(const bulk_slice& what_of, timestamp at = now) {
    return *rules::plan(what_of, what, known, at, ids);
  }

  static std::string told(const std::vector<planned>& plan) {
    std::string out;
    for (const auto& x : plan) {
      out += out.empty() ? "" : " ";
      if (x.inbox)
        out += "inbox";
      else
        out += x.delivery->channel + '>' + x.delivery->recipient + '!' + x.delivery->reason;
    }
    return out;
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(plan_crowd_tests, fixture)

CAF_TEST(a hundred are told by the commit and one more is left to a bulk with all of them) {
  add_route("low", {"system", "mail", "robot"}, "boss");
  hire("boss", 100);
  auto few = plan();
  CAF_CHECK_EQUAL(few.plan.size(), 102u);
  CAF_CHECK(few.bulk == batch_id{});
  hire("boss", 1, "v");
  const auto many = plan();
  CAF_CHECK_EQUAL(told(many.plan), "inbox mail>!bulk robot>!");
  CAF_CHECK(many.bulk != batch_id{});
  const auto& left = *many.plan[1].told_later;
  CAF_CHECK((left.group == audience{{}, "boss", {}}));
  CAF_CHECK(left.named.empty());
  CAF_CHECK((codec::decode_route(left.route)->channels == std::vector<std::string>{"mail"}));
  CAF_CHECK_EQUAL(codec::decode_route(left.route)->name, "low");
}

CAF_TEST(those left are locked together and one by one as they are told) {
  add_route("low", {"mail"}, "boss").repeat_after = 1h;
  hire("boss", 101);
  const auto many = plan();
  CAF_CHECK_EQUAL(many.plan[0].channel, "mail");
  CAF_CHECK(many.plan[0].lock_for == 1h);
  draft.what.sub_id = "again";
  const auto again = plan();
  CAF_CHECK_EQUAL(again.plan[0].recipient, many.plan[0].recipient);
  const auto chunk = tell(slice_of(many, {"u000", "u001"}));
  CAF_CHECK_EQUAL(told(chunk.of->meant.plan), "mail>u000@example.org! mail>u001@example.org!");
  CAF_CHECK_EQUAL(chunk.of->meant.plan[1].recipient, "u001");
  CAF_CHECK(chunk.of->meant.plan[1].lock_for == 1h);
  CAF_CHECK(chunk.of->meant.what.id == many.what.id);
  CAF_CHECK_EQUAL(chunk.of->people, 2);
  CAF_CHECK_EQUAL(rules::created_on(chunk).at("mail"), 2);
}

CAF_TEST(who left the group before their turn is not told) {
  add_route("low", {"mail"}, "boss");
  hire("boss", 101);
  const auto many = plan();
  known["u000"].roles = {"cook"};
  known.erase("u001");
  CAF_CHECK_EQUAL(told(tell(slice_of(many, {"u000", "u001", "u002"})).of->meant.plan),
                  "mail>u002@example.org!");
}

CAF_TEST(a throttle and a digest hold for each of them) {
  auto& by = add_route("low", {"mail"}, "boss");
  by.throttle_count = 2;
  by.throttle_per = 1h;
  hire("boss", 101);
  const auto many = plan();
  CAF_CHECK(!many.plan[0].at_most && many.plan[0].bucket.empty());
  const auto one = tell(slice_of(many, {"u000"})).of->meant.plan.at(0);
  CAF_CHECK((one.at_most == throttle{2, 1h}));
  what.routes[0].digest = 10min;
  const auto waits = tell(slice_of(plan(), {"u000"}));
  CAF_REQUIRE(waits.of->meant.plan.at(0).waits_with);
  CAF_CHECK_EQUAL(waits.of->meant.plan[0].waits_with->target, "u000");
  CAF_CHECK(waits.of->meant.plan[0].waits_with->window == 10min);
  CAF_CHECK(rules::created_on(waits).empty());
}

CAF_TEST(whoever a smaller audience tells is not told by the bulk) {
  add_route("few", {"mail"}, "cook");
  add_route("many", {"mail"}, "boss");
  hire("boss", 101);
  known["u001"].roles.push_back("cook");
  const auto both = plan();
  CAF_CHECK_EQUAL(told(both.plan), "mail>u001@example.org! mail>!bulk");
  CAF_CHECK((both.told == told_list{{"mail", "u001"}}));
  CAF_CHECK_EQUAL(told(tell(slice_of(both, {"u000", "u001"})).of->meant.plan),
                  "mail>u000@example.org!");
}

CAF_TEST(of two large audiences the earlier route tells whoever is in both) {
  add_route("first", {"mail"}, "boss");
  add_route("second", {"mail"}, "cook");
  hire("boss", 101);
  hire("cook", 101, "v");
  known["u000"].roles.push_back("cook");
  const auto both = plan();
  CAF_CHECK_EQUAL(told(both.plan), "mail>!bulk mail>!bulk");
  CAF_CHECK_EQUAL(told(tell(slice_of(both, {"u000", "v000"})).of->meant.plan),
                  "mail>u000@example.org! mail>v000@example.org!");
}

CAF_TEST(named ones are told before the groups and not again by them) {
  add_route("named", {"mail"});
  add_route("group", {"mail"}, "boss");
  hire("boss", 101);
  for (int i = 0; i < 100; ++i)
    draft.what.recipients.push_back(nth("n", i) + "@example.org");
  draft.what.recipients.push_back("u000");
  const auto both = plan();
  CAF_CHECK_EQUAL(told(both.plan), "mail>!bulk mail>!bulk");
  CAF_CHECK((both.plan[0].told_later->named == draft.what.recipients));
  CAF_CHECK_EQUAL(told(tell(slice_of(both, {"n000@example.org", "u000"}, true)).of->meant.plan),
                  "mail>n000@example.org! mail>u000@example.org!");
  const auto rest = tell(slice_of(both, {"u000", "u001"}));
  CAF_CHECK_EQUAL(told(rest.of->meant.plan), "mail>u001@example.org!");
  CAF_CHECK_EQUAL(rest.of->people, 1);
}

CAF_TEST(other names are another audience) {
  add_route("named", {"mail"});
  for (int i = 0; i < 101; ++i)
    draft.what.recipients.push_back(nth("n", i));
  const auto first = plan();
  const auto again = plan();
  draft.what.recipients.back() = "other";
  const auto other = plan();
  CAF_CHECK_EQUAL(again.plan.at(0).recipient, first.plan.at(0).recipient);
  CAF_CHECK_NOT_EQUAL(other.plan.at(0).recipient, first.plan.at(0).recipient);
}

CAF_TEST(an address of the channel stands once for all who have none) {
  add_route("low", {"chat"}, "boss");
  hire("boss", 101);
  const auto many = plan();
  auto slice = slice_of(many, {"u000", "u001"});
  const auto first = tell(slice);
  CAF_CHECK_EQUAL(told(first.of->meant.plan), "chat>lobby!");
  CAF_CHECK((first.of->turn.letter.told == told_list{{"chat", "lobby"}}));
  slice.of->letter = first.of->turn.letter;
  CAF_CHECK_EQUAL(told(tell(slice).of->meant.plan), "");
}

CAF_TEST(a delay counts from the event and not from the slice) {
  add_route("low", {"mail"}, "boss").delay = 10min;
  hire("boss", 101);
  const auto slice = slice_of(plan(), {"u000"});
  CAF_CHECK(tell(slice, now + 4min).of->meant.plan[0].delivery->due_at == now + 10min);
  CAF_CHECK(tell(slice, now + 1h).of->meant.plan[0].delivery->due_at == now + 1h);
}

CAF_TEST(a route or a channel that is switched off leaves nobody to a bulk) {
  add_route("low", {"mail"}, "boss");
  hire("boss", 101);
  what.channels["mail"].settings.enabled = false;
  CAF_CHECK_EQUAL(told(plan().plan), "mail>!channel_disabled");
  what.channels["mail"].settings.enabled = true;
  what.routes[0].enabled = false;
  CAF_CHECK_EQUAL(told(plan().plan), "mail>!route_disabled");
}

CAF_TEST(a bulk whose event or route cannot be read is refused) {
  add_route("low", {"mail"}, "boss");
  hire("boss", 101);
  auto slice = slice_of(plan(), {"u000"});
  slice.of->letter.routes = {"{"};
  CAF_CHECK(rules::plan(slice, what, known, now, ids).error().code == errc::invalid);
  slice.of->about.id = {};
  CAF_CHECK(rules::plan(slice, what, known, now, ids).error().code == errc::not_found);
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace plan_crowd_suite
