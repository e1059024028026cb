#define CAF_SUITE digest_runner

#include "actors/digest_runner.hpp"

#include "tests/actors/counted.hpp"
#include "tests/actors/faults.hpp"

#include <vector>

#include "tests/caf_test.hpp"

namespace digest_runner_suite {

using namespace carillon;

namespace {

constexpr auto now = from_millis(1'771'583'400'000);

struct fixture : test_coordinator_fixture<> {
  fixture() {
    persistence = sys.spawn([this]() -> persistence_actor::behavior_type {
      return {
        [this](const unit_ptr& x) { stored.push_back(x); },
        [](const want_ptr&) {},
        [](const due&) {},
        [](survey_again) {},
        [](const close_store&) {},
      };
    });
    queries = sys.spawn([this]() -> queries_actor::behavior_type {
      return {[this](const query_ptr& x) { asked.push_back(x); }};
    });
    ingress = sys.spawn([this]() -> ingress_actor::behavior_type {
      return {[](const posting_ptr&) {},
              [](const happening_ptr&) {},
              [](const mailing_ptr&) {},
              [](const rehearsal_ptr&) {},
              [](const bulk_order_ptr&) {},
              [](const bulk_turn_ptr&) {},
              [this](const digest_turn_ptr& x) { turns.push_back(x); },
              [](const catalog_ptr&) {}};
    });
    supervisor =
      sys.spawn([]() -> supervisor_actor::behavior_type { return {[](const child_failed&) {}}; });
    dut = spawn_digest_runner(sys, supervisor, gauges, persistence, queries, ingress,
                              [] { return now; });
    sched.run();
  }

  ~fixture() {
    tests::no_more_faults();
    caf::anon_send_exit(dut, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(persistence, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(queries, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(ingress, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(supervisor, caf::exit_reason::user_shutdown);
    sched.run();
  }

  void tell() {
    caf::anon_send(dut, digests_wait{});
    sched.run();
  }

  std::vector<collection> page(std::size_t size) {
    std::vector<collection> out(size);
    for (auto& x : out) {
      x.id = {ids.next(now)};
      x.channel = "mail";
    }
    return out;
  }

  void find(std::vector<collection> all) {
    CAF_REQUIRE(!asked.empty());
    std::get<list_collections>(asked.back()->what).reply(std::move(all));
    sched.run();
  }

  void end(result<bool> how) {
    CAF_REQUIRE(!turns.empty());
    const auto turn = turns.front();
    turns.erase(turns.begin());
    turn->reply(std::move(how));
    sched.run();
  }

  uuid_source ids;
  tests::counted gauges;
  std::vector<unit_ptr> stored;
  std::vector<query_ptr> asked;
  std::vector<digest_turn_ptr> turns;
  persistence_actor persistence;
  queries_actor queries;
  ingress_actor ingress;
  supervisor_actor supervisor;
  digest_runner_actor dut;
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(digest_runner_tests, fixture)

CAF_TEST(a page is planned and the next one is asked for behind its last commit) {
  tell();
  tell();
  CAF_REQUIRE_EQUAL(asked.size(), 1u);
  const auto all = page(2);
  find(all);
  CAF_REQUIRE_EQUAL(turns.size(), 2u);
  CAF_CHECK(turns[0]->what.id == all[0].id && turns[0]->now == now);
  end(true);
  tell();
  CAF_CHECK_EQUAL(asked.size(), 1u);
  end(false);  // another node told it
  CAF_REQUIRE_EQUAL(asked.size(), 2u);
  find({});
  CAF_CHECK(turns.empty());
  tell();
  CAF_CHECK_EQUAL(asked.size(), 3u);
}

CAF_TEST(while the store is away it waits to be told again) {
  tell();
  find(page(1));
  for (int i = 0; i < 20; ++i) {
    end(error{errc::unavailable, "the store is away"});
    CAF_CHECK_EQUAL(asked.size(), static_cast<std::size_t>(i) + 1);
    tell();
    find(page(1));
  }
  CAF_CHECK(stored.empty());
}

CAF_TEST(one that fails inside again and again is ended untold) {
  const auto bad = page(1);
  for (int i = 0; i < 5; ++i) {
    CAF_CHECK(stored.empty());
    tell();
    find(bad);
    end(error{errc::internal, "broken"});
  }
  CAF_REQUIRE_EQUAL(stored.size(), 1u);
  const auto& last = std::get<collection_end>(stored[0]->what);
  CAF_CHECK(last.id == bad[0].id);
  CAF_CHECK(last.meant.delivery->status == delivery_status::failed);
  CAF_CHECK_EQUAL(last.meant.delivery->reason, "broken");
}

CAF_TEST(after a restart it begins anew and heeds no answer to its life before) {
  tell();
  find(page(1));
  tests::throw_in("digest_runner");
  tell();
  tell();
  CAF_REQUIRE_EQUAL(asked.size(), 2u);
  end(true);
  CAF_CHECK_EQUAL(asked.size(), 2u);
  find(page(1));
  end(true);
  CAF_CHECK_EQUAL(asked.size(), 3u);
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace digest_runner_suite
