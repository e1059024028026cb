#include "actors/bulk_runner.hpp"

#include "tests/actors/counted.hpp"
#include "tests/actors/faults.hpp"

#define CAF_SUITE bulk_runner
#include "tests/caf_test.hpp"

namespace bulk_runner_suite {

using namespace carillon;
using namespace std::chrono_literals;

namespace {

constexpr auto now = from_millis(1'771'583'400'000);

struct fixture : test_coordinator_fixture<> {
  tests::counted gauges;
  std::vector<unit_ptr> stored;
  std::vector<query_ptr> asked;
  std::vector<bulk_turn_ptr> turns;
  std::vector<personal_event_ptr> told;
  uuid_source ids;
  batch_id batch{ids.next(now)};
  supervisor_actor supervisor =
    sys.spawn([]() -> supervisor_actor::behavior_type { return {[](const child_failed&) {}}; });
  bulk_surroundings with = surroundings();
  bulk_runner_actor dut = spawn_bulk_runner(sys, supervisor, gauges, with);

  bulk_surroundings surroundings() {
    bulk_surroundings out;
    out.persistence = sys.spawn([this]() -> persistence_actor::behavior_type {
      return {[this](const unit_ptr& x) { stored.push_back(x); }, [](const want_ptr&) {},
              [](const due&) {}, [](survey_again) {}, [](const close_store&) {}};
    });
    out.queries = sys.spawn([this]() -> queries_actor::behavior_type {
      return {[this](const query_ptr& x) { asked.push_back(x); }};
    });
    out.ingress = sys.spawn([this]() -> ingress_actor::behavior_type {
      return {[](const posting_ptr&) {},     [](const happening_ptr&) {},
              [](const mailing_ptr&) {},     [](const rehearsal_ptr&) {},
              [](const bulk_order_ptr&) {},  [this](const bulk_turn_ptr& x) { turns.push_back(x); },
              [](const digest_turn_ptr&) {}, [](const catalog_ptr&) {}};
    });
    out.presence = sys.spawn([this]() -> presence_actor::behavior_type {
      return {[](const released_ptr&) {},
              [](const inbox_change_ptr&) {},
              [](const preferences_change_ptr&) {},
              [this](const personal_event_ptr& x) { told.push_back(x); },
              [](const attach&) {},
              [](const detach&) {},
              [](room) {},
              [](reread) {},
              [](const close_all&) {},
              [](const list_online&) {}};
    });
    out.clock = [] { return now; };
    return out;
  }

  ~fixture() {
    tests::no_more_faults();
    caf::anon_send_exit(dut, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(with.persistence, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(with.queries, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(with.ingress, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(with.presence, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(supervisor, caf::exit_reason::user_shutdown);
    sched.run();
    stored.clear();
    asked.clear();
    turns.clear();
  }

  void look(bulk_standing what) {
    self->send(dut, std::make_shared<const std::vector<bulk_standing>>(1, std::move(what)));
    sched.run();
  }
  /// Users of the bulk wait, of whom nobody is told how they fare.
  void wait() { look({.id = batch, .waits = true}); }

  template <class Question>
  std::size_t questions() const {
    return static_cast<std::size_t>(std::ranges::count_if(
      asked, [](const auto& x) { return std::holds_alternative<Question>(x->what); }));
  }

  /// Answers the last question.
  template <class Question, class Answer>
  void find(Answer what) {
    std::get<Question>(asked.back()->what).reply(std::move(what));
    sched.run();
  }
  void find_slice(std::int64_t number) {
    find<next_bulk_slice>(std::optional<bulk_slice>{
      bulk_slice{.batch = batch, .number = number, .user_ids = {"anna"}}});
  }
  void find_none() { find<next_bulk_slice>(std::optional<bulk_slice>{}); }
  void end_turn(result<bool> how) {
    turns.back()->reply(std::move(how));
    sched.run();
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(bulk_runner_tests, fixture)

CAF_TEST(one slice after the other is planned until none is left) {
  wait();
  wait();
  CAF_CHECK_EQUAL(questions<next_bulk_slice>(), 1u);
  find_slice(0);
  wait();
  CAF_REQUIRE_EQUAL(turns.size(), 1u);
  CAF_CHECK_EQUAL(turns[0]->what.user_ids.at(0), "anna");
  CAF_CHECK(turns[0]->now == now);
  CAF_CHECK_EQUAL(questions<next_bulk_slice>(), 1u);
  end_turn(true);
  CAF_CHECK_EQUAL(questions<next_bulk_slice>(), 2u);
  find_slice(1);
  CAF_CHECK_EQUAL(turns.size(), 2u);
  end_turn(false);
  find_none();
  CAF_CHECK_EQUAL(questions<next_bulk_slice>(), 3u);
  wait();
  CAF_CHECK_EQUAL(questions<next_bulk_slice>(), 4u);
}

CAF_TEST(a store that is away is tried again when it tells of users who wait) {
  wait();
  find_slice(0);
  for (int i = 0; i < 10; ++i) {
    end_turn(error{errc::unavailable, "the store is away"});
    CAF_CHECK(stored.empty());
    wait();
    find_slice(0);
  }
  end_turn(true);
  CAF_CHECK_EQUAL(questions<next_bulk_slice>(), 12u);
}

CAF_TEST(a bulk whose template has gone is ended at once) {
  wait();
  find_slice(0);
  end_turn(error{errc::not_found, "there is no template t"});
  CAF_REQUIRE_EQUAL(stored.size(), 1u);
  CAF_CHECK(std::get<bulk_failing>(stored[0]->what).id == batch);
  CAF_CHECK(stored[0]->now == now);
}

CAF_TEST(a slice of an event reaches ingress whole and ends its bulk where the event has gone) {
  wait();
  bulk_slice slice{.batch = batch, .number = 4, .user_ids = {"anna", "bert"}};
  auto& turn = slice.of.emplace();
  turn.letter.routes = {"{}"};
  turn.next = "bert";
  find<next_bulk_slice>(std::optional{slice});
  CAF_REQUIRE_EQUAL(turns.size(), 1u);
  const auto& given = turns[0]->what;
  CAF_CHECK_EQUAL(given.number, 4);
  CAF_CHECK_EQUAL(given.user_ids.size(), 2u);
  CAF_REQUIRE(given.of);
  CAF_CHECK(given.of->next == "bert" && given.of->letter.routes.size() == 1);
  CAF_CHECK_EQUAL(questions<next_bulk_slice>(), 1u);
  end_turn(error{errc::not_found, "the event is not kept any more"});
  CAF_REQUIRE_EQUAL(stored.size(), 1u);
  CAF_CHECK(std::get<bulk_failing>(stored[0]->what).id == batch);
}

CAF_TEST(a slice that breaks planning is given up in the end) {
  for (int i = 0; i < 5; ++i) {
    CAF_CHECK(stored.empty());
    wait();
    find_slice(3);
    end_turn(error{errc::internal, "planning failed"});
  }
  CAF_CHECK_EQUAL(stored.size(), 1u);
}

CAF_TEST(failures of different slices are not counted together) {
  for (int i = 0; i < 10; ++i) {
    wait();
    find_slice(i / 2);
    end_turn(error{errc::internal, "planning failed"});
  }
  CAF_CHECK(stored.empty());
}

CAF_TEST(whoever began a bulk hears how far it is) {
  look({.id = batch, .by = "producer"});
  batch_record so_far;
  so_far.id = batch;
  so_far.total = 4;
  so_far.processed = so_far.succeeded = 1;
  so_far.created_at = now - 1s;
  find<get_batch>(so_far);
  CAF_REQUIRE_EQUAL(told.size(), 1u);
  CAF_CHECK_EQUAL(told[0]->user_id, "producer");
  CAF_CHECK_EQUAL(told[0]->what.name, "bulk_progress");
  CAF_CHECK(told[0]->what.data.find(R"("progress":25.0,"estimatedTimeRemaining":"3 seconds")")
            != std::string::npos);
  look({.id = batch, .by = "producer", .over = true});
  so_far.status = batch_status::completed;
  find<get_batch>(so_far);
  CAF_REQUIRE_EQUAL(told.size(), 2u);
  CAF_CHECK(told[1]->what.data.find(R"("status":"completed")") != std::string::npos);
}

CAF_TEST(after a failure it begins anew and old answers do not count) {
  wait();
  const auto before = asked.back();
  tests::throw_in("bulk_runner");
  wait();
  wait();
  CAF_CHECK_EQUAL(questions<next_bulk_slice>(), 2u);
  std::get<next_bulk_slice>(before->what)
    .reply(std::optional<bulk_slice>{bulk_slice{.batch = batch}});
  sched.run();
  CAF_CHECK(turns.empty());
  find_slice(0);
  CAF_CHECK_EQUAL(turns.size(), 1u);
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace bulk_runner_suite
