#include "actors/watchdog.hpp"

#include "tests/actors/counted.hpp"
#include "tests/actors/faults.hpp"

#define CAF_SUITE watchdog
#include "tests/caf_test.hpp"

namespace watchdog_suite {

using namespace carillon;
using namespace std::chrono_literals;

namespace {

struct fixture : test_coordinator_fixture<> {
  fixture() {
    persistence = sys.spawn([this]() -> persistence_actor::behavior_type {
      return {
        [](const unit_ptr&) {},    [](const want_ptr&) {},
        [](const due&) {},         [this](survey_again) { ++surveys; },
        [](const close_store&) {},
      };
    });
    supervisor =
      sys.spawn([]() -> supervisor_actor::behavior_type { return {[](const child_failed&) {}}; });
    ingress = sys.spawn([this]() -> ingress_actor::behavior_type {
      return {
        [](const posting_ptr&) {},     [this](const happening_ptr& x) { posted.push_back(x); },
        [](const mailing_ptr&) {},     [](const rehearsal_ptr&) {},
        [](const bulk_order_ptr&) {},  [](const bulk_turn_ptr&) {},
        [](const digest_turn_ptr&) {}, [](const catalog_ptr&) {}};
    });
    route path;
    path.channels = {"ops"};
    dut =
      spawn_watchdog(sys, supervisor, gauges, persistence,
                     {.bounds = {.consecutive_failures = 3, .dead_letters = 10, .cooldown = 1min},
                      .path = path,
                      .ingress = ingress,
                      .clock = [this] { return now(); }});
    sched.run();
  }

  timestamp now() {
    return from_millis(1'800'000'000'000)
           + std::chrono::duration_cast<milliseconds>(sched.clock().now() - epoch);
  }

  template <class News>
  void hear(News x) {
    self->send(dut, channel_news{std::move(x)});
    sched.run();
  }

  void fail(const std::string& channel, int times) {
    for (int i = 1; i <= times; ++i)
      hear(failing{channel, i, "503: no"});
  }

  std::string data(std::size_t n) { return posted.at(n)->draft.what.data; }

  ~fixture() {
    tests::no_more_faults();
    caf::anon_send_exit(dut, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(ingress, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(persistence, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(supervisor, caf::exit_reason::user_shutdown);
    sched.run();
  }

  static tallies_ptr changes(std::vector<tally> x) {
    return std::make_shared<const std::vector<tally>>(std::move(x));
  }

  void tell(std::vector<tally> x) {
    self->send(dut, changes(std::move(x)));
    sched.run();
  }

  tests::counted gauges;
  int surveys = 0;
  std::vector<happening_ptr> posted;
  steady_time epoch = sched.clock().now();
  persistence_actor persistence;
  ingress_actor ingress;
  supervisor_actor supervisor;
  watchdog_actor dut;
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(watchdog_tests, fixture)

CAF_TEST(changes add up by channel and lane) {
  tell({{"mail", {0, 2, 0, 1}, 0}, {"ring", {1, 0, 0, 0}, 1}});
  tell({{"mail", {0, -1, 0, 0}, 3}});
  CAF_CHECK_EQUAL((gauges.queued[{"mail", priority::normal}]), 1);
  CAF_CHECK_EQUAL((gauges.queued[{"mail", priority::urgent}]), 1);
  CAF_CHECK_EQUAL((gauges.queued[{"ring", priority::low}]), 1);
  CAF_CHECK_EQUAL(gauges.dead["mail"], 3);
  CAF_CHECK_EQUAL(gauges.dead["ring"], 1);
}

CAF_TEST(a recount replaces everything counted before) {
  tell({{"mail", {0, 2, 0, 1}, 4}});
  self->send(dut, recount{changes({{"ring", {0, 7, 0, 0}, 0}})});
  sched.run();
  CAF_CHECK_EQUAL((gauges.queued[{"mail", priority::normal}]), 0);
  CAF_CHECK_EQUAL(gauges.dead["mail"], 0);
  CAF_CHECK_EQUAL((gauges.queued[{"ring", priority::normal}]), 7);
  tell({{"ring", {0, -7, 0, 0}, 0}});
  CAF_CHECK_EQUAL((gauges.queued[{"ring", priority::normal}]), 0);
}

CAF_TEST(after a failure it asks for a recount) {
  CAF_CHECK_EQUAL(surveys, 0);
  tests::throw_in("watchdog");
  tell({{"mail", {0, 2, 0, 1}, 4}});
  CAF_CHECK_EQUAL(surveys, 1);
}

CAF_TEST(the fourth failure in a row is posted as an event of its own) {
  fail("sms", 3);
  CAF_CHECK(posted.empty());
  fail("sms", 5);
  CAF_REQUIRE_EQUAL(posted.size(), 1u);
  const auto& what = posted[0]->draft.what;
  CAF_CHECK_EQUAL(what.type, "carillon.alert");
  CAF_CHECK_NOT_EQUAL(what.data.find("4 attempts in a row failed"), std::string::npos);
  CAF_REQUIRE(posted[0]->only.has_value());
  CAF_CHECK_EQUAL(posted[0]->only->channels.front(), "ops");
  CAF_CHECK(posted[0]->draft.type == notification_type::alert);
  CAF_CHECK(what.priority == priority::high);
  CAF_CHECK_EQUAL(gauges.alerts.at(0), "consecutive_failures sms");
  hear(failing{"sms", 0, {}});
  CAF_REQUIRE_EQUAL(posted.size(), 2u);
  CAF_CHECK_NOT_EQUAL(data(1).find("resolved"), std::string::npos);
  CAF_CHECK(posted[1]->draft.type == notification_type::success);
  CAF_CHECK(posted[1]->draft.what.priority == priority::normal);
}

CAF_TEST(long limits and failovers are posted and so is their end) {
  hear(limited{"sms", now(), now() + 1h, "90030"});
  hear(failed_over{"sms", {}, "mail", {}, "90030"});
  CAF_REQUIRE_EQUAL(posted.size(), 2u);
  CAF_CHECK_EQUAL(gauges.alerts.at(0), "limited sms");
  CAF_CHECK_EQUAL(gauges.alerts.at(1), "failover sms");
  hear(failing{"sms", 0, {}});
  CAF_REQUIRE_EQUAL(posted.size(), 4u);
  for (const std::size_t n : {2, 3})
    CAF_CHECK_NOT_EQUAL(data(n).find("resolved"), std::string::npos);
}

CAF_TEST(nothing is posted about the channel that alerts go to) {
  fail("ops", 4);
  hear(failing{"ops", 0, {}});
  CAF_CHECK(posted.empty());
  CAF_CHECK_EQUAL(gauges.alerts.size(), 2u);
}

CAF_TEST(an alert that came within the cooldown is posted when it ends) {
  fail("sms", 4);
  hear(failing{"sms", 0, {}});
  fail("sms", 4);
  CAF_CHECK_EQUAL(posted.size(), 2u);
  advance_time(1min);
  sched.run();
  CAF_REQUIRE_EQUAL(posted.size(), 3u);
  CAF_CHECK_NOT_EQUAL(data(2).find("firing"), std::string::npos);
}

CAF_TEST(dead letters above the bound are posted) {
  tell({{"sms", {}, 10}});
  CAF_CHECK(posted.empty());
  tell({{"sms", {}, 1}});
  CAF_CHECK_EQUAL(posted.size(), 1u);
  tell({{"sms", {}, -1}});
  CAF_CHECK_EQUAL(posted.size(), 2u);
}

CAF_TEST(what was alerted outlives a restart) {
  hear(channel_standing{"sms", channel_state::active, {}});
  hear(channel_standing{"sms", channel_state::broken, "401"});
  CAF_CHECK_EQUAL(posted.size(), 1u);
  tests::throw_in("watchdog");
  hear(failing{"sms", 1, "x"});
  hear(channel_standing{"sms", channel_state::active, {}});
  CAF_REQUIRE_EQUAL(posted.size(), 2u);
  CAF_CHECK_NOT_EQUAL(data(1).find("resolved"), std::string::npos);
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace watchdog_suite
