#define CAF_SUITE ingress

#include "actors/ingress.hpp"

#include "protocol/rules/when.hpp"
#include "tests/actors/faults.hpp"
#include "tests/actors/ingress_counts.hpp"

#include <map>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "tests/caf_test.hpp"

namespace ingress_suite {

using namespace carillon;

namespace {

constexpr auto now = from_millis(1'771'583'400'000);

using units = std::shared_ptr<std::vector<unit_ptr>>;
using queries = std::shared_ptr<std::vector<query_ptr>>;
using failures = std::shared_ptr<std::vector<std::string>>;

persistence_actor::behavior_type store(units kept) {
  return {
    [=](const unit_ptr& x) { kept->push_back(x); },
    [](const want_ptr&) {},
    [](const due&) {},
    [](survey_again) {},
    [](const close_store&) {},
  };
}

queries_actor::behavior_type reads(queries kept) {
  return {[=](const query_ptr& x) { kept->push_back(x); }};
}

supervisor_actor::behavior_type hears(failures kept) {
  return {[=](const child_failed& x) { kept->push_back(x.what); }};
}

waiting_room_actor::behavior_type sits(std::shared_ptr<std::vector<mailing_committed>> kept) {
  return {
    [](const awaited_ptr&) {},
    [=](const mailing_committed& x) { kept->push_back(x); },
    [](const outcomes_ptr&) {},
    [](close_waiting) {},
  };
}

/// A condition that breaks its word.
class broken final : public rules::condition {
 public:
  bool holds(const rules::when_facts&) const override { throw std::runtime_error("broken"); }
};

channel_entry entry(std::string type, bool needs_address) {
  channel_entry out;
  out.settings.type = std::move(type);
  out.needs_address = needs_address;
  return out;
}

std::shared_ptr<catalog> configured() {
  auto out = std::make_shared<catalog>();
  out->channels = {{"email", entry("email", true)}, {"robot", entry("dingtalk", false)}};
  route by;
  by.event = "order.*";
  by.channels = {"system", "email"};
  out->routes.push_back(by);
  return out;
}

struct fixture : test_coordinator_fixture<> {
  tests::ingress_counts counts;
  units stored = std::make_shared<std::vector<unit_ptr>>();
  queries asked = std::make_shared<std::vector<query_ptr>>();
  failures heard = std::make_shared<std::vector<std::string>>();
  std::vector<result<created>> told;
  std::vector<result<accepted>> told_events;
  persistence_actor persistence = sys.spawn(store, stored);
  queries_actor reader = sys.spawn(reads, asked);
  std::shared_ptr<std::vector<mailing_committed>> seated =
    std::make_shared<std::vector<mailing_committed>>();
  supervisor_actor supervisor = sys.spawn(hears, heard);
  waiting_room_actor room = sys.spawn(sits, seated);
  ingress_actor dut = spawn_ingress(sys, supervisor, persistence, reader, room, configured(),
                                    std::make_shared<template_shelf>(rules::template_book{}),
                                    std::make_shared<uuid_source>(), counts);

  ~fixture() {
    tests::no_more_faults();
    caf::anon_send_exit(dut, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(persistence, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(reader, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(room, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(supervisor, caf::exit_reason::user_shutdown);
    sched.run();
    stored->clear();  // what is unanswered is answered here, while there is someone to tell
    asked->clear();
  }

  void post(std::vector<std::string> channels, std::string user = "anna") {
    auto x = std::make_shared<posting>();
    x->drafts.emplace_back();
    x->drafts[0].what.title = "t";
    x->drafts[0].what.to.user_id = std::move(user);
    x->drafts[0].channels = std::move(channels);
    x->now = now;
    x->ticket = std::make_shared<int>(1);
    x->reply = answer<created>{[this](result<created> r) { told.push_back(std::move(r)); }};
    caf::anon_send(dut, posting_ptr{std::move(x)});
    sched.run();
  }

  void happen(std::string type, std::string recipient = "anna") {
    auto by = std::make_shared<principal>();
    by->subject = "service:shop";
    auto x = std::make_shared<happening>();
    x->draft.what.type = std::move(type);
    x->draft.what.recipients = {std::move(recipient)};
    x->by = by;
    x->now = now;
    x->reply =
      answer<accepted>{[this](result<accepted> r) { told_events.push_back(std::move(r)); }};
    caf::anon_send(dut, happening_ptr{std::move(x)});
    sched.run();
  }

  gather_facts& read(std::size_t i) { return std::get<gather_facts>(asked->at(i)->what); }

  void find(std::size_t i, facts known) {
    read(i).reply(std::move(known));
    sched.run();
  }

  static facts of_anna() {
    facts out;
    out["anna"].addresses["email"] = "anna@example.org";
    return out;
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(ingress_tests, fixture)

CAF_TEST(a posting that no user is named in goes straight to persistence) {
  post({"system", "robot"}, "");
  CAF_CHECK(asked->empty());
  CAF_REQUIRE_EQUAL(stored->size(), 1u);
  const auto& meant = std::get<creation>(stored->at(0)->what);
  CAF_CHECK_EQUAL(meant.notifications.at(0)->title, "t");
  CAF_CHECK_EQUAL(meant.deliveries.at(0)->channel, "robot");
  CAF_CHECK(stored->at(0)->now == now);
  CAF_CHECK(stored->at(0)->ticket != nullptr);
  CAF_CHECK(told.empty());
}

CAF_TEST(a plain posting does not wait behind a read) {
  post({"email"});
  post({"system"});
  CAF_CHECK_EQUAL(asked->size(), 1u);
  CAF_CHECK_EQUAL(stored->size(), 1u);
}

CAF_TEST(those who wait together share the next read) {
  post({"email"}, "anna");
  post({"email"}, "bert");
  happen("order.paid", "carl");
  post({"email"}, "bert");
  CAF_REQUIRE_EQUAL(asked->size(), 1u);
  CAF_CHECK(read(0).user_ids == std::vector<std::string>{"anna"});
  find(0, of_anna());
  CAF_CHECK_EQUAL(stored->size(), 1u);
  CAF_REQUIRE_EQUAL(asked->size(), 2u);
  CAF_CHECK(read(1).user_ids == std::vector<std::string>({"bert", "carl"}));
  find(1, {});
  CAF_CHECK_EQUAL(stored->size(), 4u);
  CAF_CHECK_EQUAL(asked->size(), 2u);
  const auto& first = std::get<creation>(stored->at(0)->what);
  CAF_CHECK_EQUAL(first.deliveries.at(0)->recipient, "anna@example.org");
  const auto& event = std::get<acceptance>(stored->at(2)->what);
  CAF_CHECK_EQUAL(event.plan.at(1).delivery->recipient, "carl");
}

CAF_TEST(one read does not ask for too many users) {
  post({"email"}, "first");
  for (int i = 0; i < 600; ++i)
    post({"email"}, "user-" + std::to_string(i));
  find(0, {});
  CAF_CHECK_EQUAL(read(1).user_ids.size(), 500u);
  find(1, {});
  CAF_CHECK_EQUAL(read(2).user_ids.size(), 100u);
  find(2, {});
  CAF_CHECK_EQUAL(stored->size(), 601u);
}

CAF_TEST(a read that fails is told to those who waited for it) {
  post({"email"});
  happen("order.paid");
  read(0).reply(error{errc::unavailable, "the store is away", {}});
  sched.run();
  CAF_REQUIRE_EQUAL(told.size(), 1u);
  CAF_CHECK(told[0].error().code == errc::unavailable);
  CAF_CHECK(told_events.empty());
  find(1, of_anna());
  CAF_CHECK_EQUAL(stored->size(), 1u);
}

CAF_TEST(a read that is dropped is a failure and not an endless wait) {
  post({"email"});
  asked->clear();
  sched.run();
  CAF_REQUIRE_EQUAL(told.size(), 1u);
  CAF_CHECK(told[0].error().code == errc::internal);
  post({"email"});
  CAF_CHECK_EQUAL(asked->size(), 1u);
}

CAF_TEST(an unknown channel is refused before anything is stored) {
  post({"system", "poem"});
  CAF_CHECK(stored->empty());
  CAF_REQUIRE_EQUAL(told.size(), 1u);
  CAF_CHECK(told[0].error().code == errc::invalid);
  CAF_CHECK(told[0].error().faults.at(0).path == "/channels/1");
}

CAF_TEST(an event names who posted it) {
  happen("order.paid");
  find(0, of_anna());
  const auto& meant = std::get<acceptance>(stored->at(0)->what);
  CAF_CHECK_EQUAL(meant.what.subject, "service:shop");
}

CAF_TEST(answers are passed on and counted once committed) {
  post({"system", "robot"}, "");
  auto& meant = std::get<creation>(stored->at(0)->what);
  CAF_CHECK(counts.all.empty());
  created done;
  done.notifications = {meant.notifications[0]};
  done.duplicate = {false};
  meant.reply(done);
  CAF_REQUIRE_EQUAL(told.size(), 1u);
  CAF_CHECK(told[0]->notifications == done.notifications);
  CAF_CHECK_EQUAL(counts.all["created system"], 1);
  CAF_CHECK_EQUAL(counts.all["created robot"], 1);
}

CAF_TEST(duplicates and replays and failures create nothing) {
  for (int i = 0; i < 3; ++i)
    post({"system"});
  created duplicate;
  duplicate.duplicate = {true};
  std::get<creation>(stored->at(0)->what).reply(duplicate);
  created replayed;
  replayed.replayed = stored_answer{201, "{}"};
  std::get<creation>(stored->at(1)->what).reply(replayed);
  std::get<creation>(stored->at(2)->what).reply(error{errc::unavailable});
  CAF_CHECK_EQUAL(told.size(), 3u);
  CAF_CHECK(counts.all.empty());
}

CAF_TEST(events are counted by their outcome) {
  for (int i = 0; i < 3; ++i)
    happen("invoice.sent");
  const auto with = [](delivery_status status) {
    auto x = std::make_shared<delivery>();
    x->channel = "email";
    x->status = status;
    return x;
  };
  accepted done;
  done.deliveries = {with(delivery_status::pending), with(delivery_status::skipped),
                     with(delivery_status::failed)};
  std::get<acceptance>(stored->at(0)->what).reply(done);
  accepted duplicate;
  duplicate.duplicate = true;
  std::get<acceptance>(stored->at(1)->what).reply(duplicate);
  std::get<acceptance>(stored->at(2)->what).reply(error{errc::internal});
  CAF_CHECK_EQUAL(told_events.size(), 3u);
  CAF_CHECK_EQUAL(counts.all["event invoice.sent accepted"], 1);
  CAF_CHECK_EQUAL(counts.all["event invoice.sent duplicate"], 1);
  CAF_CHECK_EQUAL(counts.all["event invoice.sent failed"], 1);
  CAF_CHECK_EQUAL(counts.all["created email"], 2);
  CAF_CHECK_EQUAL(counts.all["failed email invalid_request"], 1);
}

CAF_TEST(a new catalog counts from the next message on and survives a restart) {
  post({"email"});
  auto next = configured();
  next->channels.erase("email");
  next->channels["sms"] = entry("aliyun_sms", false);
  caf::anon_send(dut, catalog_ptr{next});
  sched.run();
  find(0, of_anna());
  CAF_CHECK_EQUAL(stored->size(), 1u);
  tests::throw_in("ingress");
  post({"sms"});
  CAF_CHECK_EQUAL(heard->size(), 1u);
  post({"sms"}, "");
  CAF_CHECK_EQUAL(stored->size(), 2u);
}

CAF_TEST(a rule that throws harms only its input) {
  auto bad = configured();
  bad->routes[0].condition = std::make_shared<broken>();
  bad->routes[0].channels = {"robot"};
  caf::anon_send(dut, catalog_ptr{bad});
  happen("order.paid");
  find(0, of_anna());
  CAF_REQUIRE_EQUAL(told_events.size(), 1u);
  CAF_CHECK(told_events[0].error().code == errc::internal);
  CAF_CHECK(heard->empty());
  CAF_CHECK(stored->empty());
  happen("invoice.sent");
  CAF_CHECK_EQUAL(stored->size(), 1u);
}

CAF_TEST(a restart answers those who wait and forgets the read under way) {
  post({"email"});
  tests::throw_in("ingress");
  post({"system"});
  CAF_CHECK_EQUAL(told.size(), 2u);
  for (const auto& x : told)
    CAF_CHECK(x.error().code == errc::internal);
  find(0, of_anna());
  CAF_CHECK(stored->empty());
  post({"email"});
  CAF_REQUIRE_EQUAL(asked->size(), 2u);
  find(1, of_anna());
  CAF_CHECK_EQUAL(stored->size(), 1u);
}

CAF_TEST(ending answers those who wait) {
  post({"email"});
  caf::anon_send_exit(dut, caf::exit_reason::user_shutdown);
  sched.run();
  CAF_REQUIRE_EQUAL(told.size(), 1u);
  CAF_CHECK(told[0].error().code == errc::internal);
}

CAF_TEST(a rehearsal is planned and put to the store as a question) {
  auto x = std::make_shared<rehearsal>();
  x->draft.what.type = "order.paid";
  x->idempotency.emplace().key = "k";
  x->now = now;
  caf::anon_send(dut, rehearsal_ptr{std::move(x)});
  sched.run();
  CAF_REQUIRE_EQUAL(asked->size(), 1u);
  const auto& question = std::get<foresee>(asked->at(0)->what);
  CAF_CHECK_EQUAL(question.what->plan.size(), 2u);
  CAF_CHECK_EQUAL(question.what->idempotency.value().key, "k");
  CAF_CHECK(question.now == now && stored->empty());
}

CAF_TEST(a digest is planned with what is known of its recipient and counted once it is told) {
  auto x = std::make_shared<digest_turn>();
  x->what.id = delivery_id{uuid_source{}.next(now)};
  x->what.channel = "email";
  x->what.route = R"({"name":"r","event":"order.*","channels":["email"]})";
  x->what.target_kind = "user";
  x->what.target = "anna";
  x->what.count = 1;
  x->what.events.emplace_back().type = "order.paid";
  x->now = now;
  bool done = false;
  x->reply = answer<bool>{[&](result<bool> r) { done = r && *r; }};
  caf::anon_send(dut, digest_turn_ptr{std::move(x)});
  sched.run();
  CAF_CHECK((read(0).user_ids == std::vector<std::string>{"anna"}));
  find(0, of_anna());
  CAF_REQUIRE_EQUAL(stored->size(), 1u);
  auto& end = std::get<collection_end>(stored->at(0)->what);
  CAF_CHECK_EQUAL(end.meant.delivery->recipient, "anna@example.org");
  CAF_CHECK(counts.all.empty());
  end.reply(true);
  CAF_CHECK(done);
  CAF_CHECK_EQUAL(counts.all.at("created email"), 1);
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace ingress_suite
