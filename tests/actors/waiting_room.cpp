#include "actors/waiting_room.hpp"

#include "tests/actors/counted.hpp"
#include "tests/actors/faults.hpp"

#define CAF_SUITE waiting_room
#include "tests/caf_test.hpp"

namespace waiting_room_suite {

using namespace carillon;
using namespace std::chrono_literals;

namespace {

struct fixture : test_coordinator_fixture<> {
  tests::counted gauges;
  std::vector<unit_ptr> stored;
  persistence_actor persistence = sys.spawn([this]() -> persistence_actor::behavior_type {
    return {
      [this](const unit_ptr& x) { stored.push_back(x); },
      [](const want_ptr&) {},
      [](const due&) {},
      [](survey_again) {},
      [](const close_store&) {},
    };
  });
  supervisor_actor supervisor =
    sys.spawn([]() -> supervisor_actor::behavior_type { return {[](const child_failed&) {}}; });
  deliveries_in_flight_ptr in_flight = std::make_shared<deliveries_in_flight>();
  waiting_room_actor dut = spawn_waiting_room(
    sys, supervisor, gauges, persistence, [] { return from_millis(1'800'000'000'000); }, in_flight,
    2);
  uuid_source ids;
  std::vector<result<mailed>> told;

  ~fixture() {
    tests::no_more_faults();
    caf::anon_send_exit(dut, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(persistence, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(supervisor, caf::exit_reason::user_shutdown);
    sched.run();
    stored.clear();
  }

  std::shared_ptr<delivery> pending() {
    auto out = std::make_shared<delivery>();
    out->id = {ids.next(from_millis(1'800'000'000'000))};
    out->channel = "hook";
    return out;
  }

  awaited_ptr enter(const std::vector<std::shared_ptr<delivery>>& whom) {
    auto seat = std::make_shared<awaited>();
    seat->until = sched.clock().now() + 5s;
    for (const auto& x : whom)
      seat->ids.push_back(x->id);
    seat->reply = answer<mailed>{[this](result<mailed> x) { told.push_back(std::move(x)); }};
    self->send(dut, seat);
    sched.run();
    return seat;
  }

  void commit(const awaited_ptr& seat, result<mailed> done) {
    self->send(dut,
               mailing_committed{seat, std::make_shared<const result<mailed>>(std::move(done))});
    sched.run();
  }

  void settle(const std::shared_ptr<delivery>& x, delivery_status how) {
    auto after = std::make_shared<delivery>(*x);
    after->status = how;
    self->send(dut, std::make_shared<const std::vector<delivery_ptr>>(
                      std::vector<delivery_ptr>{std::move(after)}));
    sched.run();
  }

  static mailed all_of(const std::vector<std::shared_ptr<delivery>>& whom) {
    return {{whom.begin(), whom.end()}, {}};
  }

  delivery_status status(std::size_t answer, std::size_t place = 0) {
    return told.at(answer)->deliveries.at(place)->status;
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(waiting_room_tests, fixture)

CAF_TEST(the last outcome answers with all of them) {
  const std::vector both{pending(), pending()};
  const auto seat = enter(both);
  commit(seat, all_of(both));
  settle(both[1], delivery_status::retrying);
  CAF_CHECK(told.empty());
  settle(both[0], delivery_status::delivered);
  CAF_REQUIRE_EQUAL(told.size(), 1u);
  CAF_CHECK(status(0, 0) == delivery_status::delivered);
  CAF_CHECK(status(0, 1) == delivery_status::retrying);
}

CAF_TEST(an outcome that comes before its commit is heard of counts) {
  const std::vector one{pending()};
  const auto seat = enter(one);
  settle(one[0], delivery_status::delivered);
  CAF_CHECK(told.empty());
  commit(seat, all_of(one));
  CAF_REQUIRE_EQUAL(told.size(), 1u);
  CAF_CHECK(status(0) == delivery_status::delivered);
}

CAF_TEST(the end of the wait answers with what is known) {
  const std::vector one{pending()};
  commit(enter(one), all_of(one));
  sched.clock().advance_time(5s);
  sched.run();
  CAF_REQUIRE_EQUAL(told.size(), 1u);
  CAF_CHECK(status(0) == delivery_status::pending);
  settle(one[0], delivery_status::delivered);
  CAF_CHECK_EQUAL(told.size(), 1u);
}

CAF_TEST(what is with its provider at the end of the wait is told as such) {
  const std::vector both{pending(), pending()};
  const auto handle = in_flight->enter(*both[1]);
  commit(enter(both), all_of(both));
  sched.clock().advance_time(5s);
  sched.run();
  CAF_REQUIRE_EQUAL(told.size(), 1u);
  CAF_CHECK(status(0, 0) == delivery_status::pending);
  CAF_CHECK(status(0, 1) == delivery_status::delivering);
}

CAF_TEST(a refusal and a first answer are passed on at once) {
  const std::vector one{pending()};
  commit(enter(one), error{errc::conflict, "at work"});
  CAF_REQUIRE_EQUAL(told.size(), 1u);
  CAF_CHECK(told[0].error().code == errc::conflict);
  commit(enter(one), mailed{{}, stored_answer{200, "first"}});
  CAF_REQUIRE_EQUAL(told.size(), 2u);
  CAF_CHECK_EQUAL(told[1]->replayed->body, "first");
}

CAF_TEST(whoever finds no place is answered with what the commit tells) {
  const std::vector one{pending()};
  const std::vector two{pending()};
  const std::vector three{pending()};
  commit(enter(one), all_of(one));
  commit(enter(two), all_of(two));
  commit(enter(three), all_of(three));
  CAF_REQUIRE_EQUAL(told.size(), 1u);
  CAF_CHECK(status(0) == delivery_status::pending);
}

CAF_TEST(a node that stops keeps nobody waiting) {
  const std::vector one{pending()};
  const std::vector two{pending()};
  commit(enter(one), all_of(one));
  const auto seat = enter(two);
  self->send(dut, close_waiting{});
  sched.run();
  CAF_CHECK_EQUAL(told.size(), 1u);
  commit(seat, all_of(two));
  CAF_CHECK_EQUAL(told.size(), 2u);
}

CAF_TEST(an idempotent answer is stored before it is given) {
  const std::vector one{pending()};
  const auto seat = enter(one);
  seat->idempotency.emplace();
  seat->idempotency->key = "k";
  seat->idempotency->compose = [](const mailed& x) {
    return stored_answer{200, std::string{to_string(x.deliveries.at(0)->status)}};
  };
  commit(seat, all_of(one));
  settle(one[0], delivery_status::delivered);
  CAF_CHECK(told.empty());
  CAF_REQUIRE_EQUAL(stored.size(), 1u);
  auto& what = std::get<conclusion>(stored[0]->what);
  CAF_CHECK_EQUAL(what.body, "delivered");
  what.reply(true);
  CAF_CHECK_EQUAL(told.size(), 1u);
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace waiting_room_suite
