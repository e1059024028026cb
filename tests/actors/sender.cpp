#define CAF_SUITE sender

#include "actors/sender.hpp"

#include "protocol/rules/backoff.hpp"
#include "tests/actors/faults.hpp"
#include "tests/actors/sender_stage.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/caf_test.hpp"

using namespace carillon;
using namespace std::chrono_literals;

namespace {

const transport_result yes = response{.status = 200, .body = "1"};
const transport_result no = response{.status = 503, .body = "overloaded"};
const timestamp day = from_millis(1'800'000'000'000);

struct fixture : test_coordinator_fixture<> {
  std::shared_ptr<tests::ledger> book = std::make_shared<tests::ledger>();
  std::shared_ptr<tests::provider> there = std::make_shared<tests::provider>();
  std::shared_ptr<uuid_source> ids = std::make_shared<uuid_source>();
  tests::sender_counts counts;
  std::shared_ptr<int> restarts = std::make_shared<int>(0);
  channel_settings settings{.name = "hook",
                            .type = "webhook",
                            .concurrency = 4,
                            .retry = rules::find_preset("admin").value()};
  steady_time epoch = sched.clock().now();
  supervisor_actor supervisor;
  persistence_actor store;
  sender_actor aut;

  fixture() {
    book->clock = [this] { return now(); };
    there->clock = [this] { return sched.clock().now(); };
    supervisor = sys.spawn([count = restarts](supervisor_actor::pointer) {
      return supervisor_actor::behavior_type{[count](const child_failed&) { ++*count; }};
    });
    store = tests::spawn_ledger(sys, book);
  }

  ~fixture() {
    tests::no_more_faults();
    book->kept.clear();
    there->answer_all(yes);
    for (auto& x : {caf::actor_cast<caf::actor>(aut), caf::actor_cast<caf::actor>(store),
                    caf::actor_cast<caf::actor>(supervisor)})
      if (x)
        caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
    sched.run();
  }

  timestamp now() {
    return day + std::chrono::duration_cast<milliseconds>(sched.clock().now() - epoch);
  }

  void start(std::optional<timestamp> last_use = std::nullopt) {
    aut = spawn_sender(
      sys, supervisor, store, settings, std::make_shared<tests::scripted>(), there, last_use,
      [this] { return now(); }, ids, counts);
    sched.run();
  }

  /// Puts a pending delivery into storage; its title is what the provider sees.
  delivery_id put(const std::string& title, priority lane = priority::normal,
                  const std::function<void(delivery&)>& change = {}) {
    delivery x;
    x.id = {ids->next(now())};
    x.channel = settings.name;
    x.content.title = title;
    x.priority = lane;
    x.created_at = x.due_at = now();
    x.expires_at = now() + 24h;
    x.max_attempts = settings.retry.max_attempts;
    if (change)
      change(x);
    book->put(x);
    return x.id;
  }

  void put_many(int count, priority lane = priority::normal) {
    for (int i = 0; i < count; ++i)
      put(std::string{to_string(lane)} + std::to_string(i), lane);
  }

  /// Storage serves what is due.
  void serve() {
    anon_send(store, due{});
    sched.run();
  }

  void pass(milliseconds time, milliseconds step = 1s) {
    for (auto passed = 0ms; passed < time; passed += step) {
      advance_time(std::min(step, time - passed));
      serve();
    }
  }

  void answer_always(const transport_result& with) {
    there->reply = [=](auto&, int) { return with; };
  }

  const tests::ledger::row& row(const delivery_id& id) { return book->rows.at(id); }

  std::size_t most_calls_within(milliseconds window) {
    std::size_t most = 0;
    for (auto& first : there->calls)
      most = std::max<std::size_t>(
        most, std::count_if(there->calls.begin(), there->calls.end(), [&](auto& x) {
          return x.at >= first.at && x.at <= first.at + window;
        }));
    return most;
  }

  std::vector<std::string> called() {
    std::vector<std::string> titles;
    for (auto& x : there->calls)
      titles.push_back(x.delivery);
    return titles;
  }

  std::shared_ptr<std::optional<bool>> ask_to_drain() {
    auto said = std::make_shared<std::optional<bool>>();
    anon_send(aut, drain{std::make_shared<answer<bool>>(
                     [said](const result<bool>& x) { *said = x.has_value() && *x; })});
    sched.run();
    return said;
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(sender_tests, fixture)

CAF_TEST(it wishes afresh and delivers what it is handed) {
  answer_always(yes);
  const auto id = put("one");
  advance_time(2s);
  start();
  CAF_REQUIRE(!book->wishes.empty());
  CAF_CHECK(book->wishes.front().fresh);
  CAF_CHECK(book->wishes.front().held.empty());
  CAF_CHECK_EQUAL(book->wishes.front().room[0], 32u);
  const auto& x = row(id);
  CAF_CHECK(x.what.status == delivery_status::delivered);
  CAF_CHECK_EQUAL(x.what.attempts, 1);
  CAF_CHECK_EQUAL(x.what.provider_message_id, "m-1");
  CAF_CHECK(x.what.sent_at == now());
  CAF_REQUIRE_EQUAL(x.attempts.size(), 1u);
  CAF_CHECK_EQUAL(x.attempts[0].number, 1);
  CAF_CHECK_EQUAL(counts.sent_, 1);
  CAF_CHECK_EQUAL(counts.seconds_, 2.0);
}

CAF_TEST(the attempt log has the start and the length of the exchange) {
  const auto id = put("one");
  start();
  const auto began = now();
  advance_time(350ms);
  there->answer(0, yes);
  sched.run();
  CAF_REQUIRE_EQUAL(row(id).attempts.size(), 1u);
  CAF_CHECK(row(id).attempts[0].started_at == began);
  CAF_CHECK(row(id).attempts[0].duration == 350ms);
}

CAF_TEST(no more are with the provider than the concurrency allows) {
  settings.concurrency = 3;
  put_many(20);
  start();
  CAF_CHECK_EQUAL(there->open, 3);
  there->answer(1, yes);
  sched.run();
  CAF_CHECK_EQUAL(there->calls.size(), 4u);
  answer_always(yes);
  there->answer_all(yes);
  sched.run();
  CAF_CHECK_EQUAL(book->count(delivery_status::delivered), 20);
  CAF_CHECK_EQUAL(there->most_open, 3);
}

CAF_TEST(it asks in batches and drains a backlog larger than its window) {
  answer_always(yes);
  put_many(1000);
  start();
  CAF_CHECK_EQUAL(book->count(delivery_status::delivered), 1000);
  CAF_CHECK_LESS(book->wishes.size(), 80u);
}

CAF_TEST(its window is bounded) {
  put_many(1000);
  start();
  const auto owned =
    std::count_if(book->rows.begin(), book->rows.end(), [](auto& x) { return x.second.owned; });
  CAF_CHECK_EQUAL(owned, 32);
}

CAF_TEST(urgent overtakes what is queued and low still progresses) {
  settings.concurrency = 1;
  put_many(10, priority::low);
  put_many(32, priority::normal);
  start();
  CAF_REQUIRE_EQUAL(there->calls.size(), 1u);
  put("now", priority::urgent);
  serve();
  answer_always(yes);
  there->answer(0, yes);
  sched.run();
  const auto order = called();
  CAF_CHECK_EQUAL(order[1], "now");
  const auto low = std::find(order.begin(), order.end(), "low0");
  CAF_CHECK_LESS(low - order.begin(), 8);
  CAF_CHECK_EQUAL(book->count(delivery_status::delivered), 43);
}

CAF_TEST(low progresses under a flood of urgent ones) {
  settings.concurrency = 1;
  put_many(30, priority::urgent);
  put("patient", priority::low);
  answer_always(yes);
  start();
  const auto order = called();
  CAF_CHECK_EQUAL(std::find(order.begin(), order.end(), "patient") - order.begin(), 15);
}

CAF_TEST(no window of the rate ever holds more attempts than it says) {
  settings.rate = rate_limit{20, 60s, 0};
  answer_always(yes);
  put_many(80);
  start();
  CAF_CHECK_EQUAL(there->calls.size(), 5u);
  pass(6min, 250ms);
  CAF_CHECK_EQUAL(there->calls.size(), 80u);
  CAF_CHECK_LESS_OR_EQUAL(most_calls_within(60s), 20u);
}

CAF_TEST(a rate used within a window before the start is used up) {
  settings.rate = rate_limit{20, 60s, 0};
  answer_always(yes);
  put_many(10);
  start(now() - 59s);
  CAF_CHECK_EQUAL(there->calls.size(), 0u);
  pass(10s);
  CAF_CHECK_EQUAL(there->calls.size(), 2u);
}

CAF_TEST(the rate holds across a restart in place) {
  settings.rate = rate_limit{8, 10s, 8};
  answer_always(yes);
  put_many(40);
  start();
  CAF_CHECK_EQUAL(there->calls.size(), 8u);
  tests::throw_in("sender");
  anon_send(aut, wish_again{});
  sched.run();
  CAF_CHECK_EQUAL(*restarts, 1);
  pass(60s, 100ms);
  CAF_CHECK_EQUAL(book->count(delivery_status::delivered), 40);
  CAF_CHECK_LESS_OR_EQUAL(most_calls_within(10s), 8u);
}

CAF_TEST(two failures and a yes are three attempts) {
  there->reply = [](auto&, int call) { return call < 3 ? no : yes; };
  const auto id = put("one");
  start();
  CAF_CHECK(row(id).what.status == delivery_status::retrying);
  CAF_CHECK(row(id).what.due_at == now() + 10s);
  pass(39s);
  CAF_CHECK(row(id).what.status == delivery_status::retrying);
  pass(2s);
  const auto& x = row(id);
  CAF_CHECK(x.what.status == delivery_status::delivered);
  CAF_CHECK_EQUAL(x.what.attempts, 3);
  CAF_REQUIRE_EQUAL(x.attempts.size(), 3u);
  CAF_CHECK(x.attempts[0].outcome == delivery_status::retrying);
  CAF_CHECK(x.attempts[2].outcome == delivery_status::delivered);
  CAF_CHECK_EQUAL(counts.retried_, 2);
  CAF_CHECK_EQUAL(counts.sent_, 1);
}

CAF_TEST(a spent budget is death and starts the backup) {
  answer_always(no);
  const auto id = put("one", priority::normal, [](delivery& x) {
    x.max_attempts = 2;
    x.failover = {{"sms", "+491", 3, 1h}};
  });
  start();
  pass(11s);
  CAF_CHECK(row(id).what.status == delivery_status::dead);
  CAF_CHECK_EQUAL(row(id).attempts.size(), 2u);
  CAF_REQUIRE_EQUAL(book->successors.size(), 1u);
  CAF_CHECK_EQUAL(book->successors[0].channel, "sms");
  CAF_CHECK(row(id).what.failed_over_to == book->successors[0].id);
  CAF_CHECK_EQUAL(counts.failed_[error_class::transient], 1);
}

CAF_TEST(a permanent refusal is death at once) {
  answer_always(response{.status = 404, .body = "gone"});
  const auto id = put("one");
  start();
  CAF_CHECK(row(id).what.status == delivery_status::dead);
  CAF_CHECK(row(id).what.error_class == error_class::invalid_recipient);
  CAF_CHECK_EQUAL(counts.failed_[error_class::invalid_recipient], 1);
}

CAF_TEST(what cannot be composed dies alone) {
  answer_always(yes);
  const auto bad = put("bad");
  const auto worse = put("worse");
  const auto good = put("good");
  start();
  for (auto& id : {bad, worse}) {
    CAF_CHECK(row(id).what.status == delivery_status::dead);
    CAF_CHECK(row(id).what.error_class == error_class::invalid_request);
  }
  CAF_CHECK_EQUAL(row(bad).what.last_error, "a title that cannot be sent");
  CAF_CHECK(row(good).what.status == delivery_status::delivered);
  CAF_CHECK_EQUAL(there->calls.size(), 1u);
  CAF_CHECK_EQUAL(*restarts, 0);
}

CAF_TEST(an answer that cannot be read is retried and says that its outcome is unknown) {
  answer_always(response{.status = 666});
  const auto id = put("one");
  start();
  CAF_CHECK(row(id).what.status == delivery_status::retrying);
  CAF_CHECK(row(id).what.last_error.find("unknown") != std::string::npos);
  CAF_CHECK_EQUAL(*restarts, 0);
}

CAF_TEST(a rate limited answer freezes the channel and uses up no attempt) {
  settings.concurrency = 1;
  there->reply = [](auto&, int call) {
    return call == 1 ? transport_result{response{.status = 429, .body = "20000"}} : yes;
  };
  const auto first = put("one");
  const auto second = put("two");
  start();
  CAF_CHECK(row(first).what.due_at == now() + 20s);
  CAF_CHECK_EQUAL(row(first).what.attempts, 0);
  there->reply = [](auto&, int) { return yes; };
  pass(19s);
  CAF_CHECK_EQUAL(there->calls.size(), 1u);
  pass(2s);
  CAF_CHECK_EQUAL(there->calls.size(), 3u);
  CAF_CHECK(row(second).what.status == delivery_status::delivered);
  CAF_CHECK_EQUAL(row(first).what.attempts, 1);
  CAF_CHECK_EQUAL(row(first).attempts.size(), 2u);
}

CAF_TEST(an outcome is told again until it is committed and keeps its slot) {
  answer_always(yes);
  book->refuse = 5;
  const auto id = put("one");
  start();
  CAF_CHECK_EQUAL(book->told, 1);
  CAF_CHECK(row(id).what.status == delivery_status::pending);
  anon_send(aut, wish_again{});
  sched.run();
  CAF_REQUIRE_EQUAL(book->wishes.back().held.size(), 1u);
  CAF_CHECK_EQUAL(book->wishes.back().room[static_cast<std::size_t>(priority::normal)], 31u);
  pass(10s, 50ms);
  CAF_CHECK_EQUAL(book->told, 6);
  CAF_CHECK(row(id).what.status == delivery_status::delivered);
  CAF_CHECK_EQUAL(there->calls.size(), 1u);
  CAF_CHECK_EQUAL(counts.sent_, 1);
  anon_send(aut, wish_again{});
  sched.run();
  CAF_CHECK(book->wishes.back().held.empty());
}

CAF_TEST(an outcome whose commit is in doubt is told again) {
  answer_always(yes);
  book->refuse = 1;
  book->refuse_as = errc::internal;
  const auto id = put("one");
  start();
  pass(1s, 50ms);
  CAF_CHECK_EQUAL(book->told, 2);
  CAF_CHECK(row(id).what.status == delivery_status::delivered);
}

CAF_TEST(an outcome that storage will never take is let go) {
  answer_always(yes);
  book->refuse = 1;
  book->refuse_as = errc::not_found;
  put("one");
  start();
  pass(10s);
  CAF_CHECK_EQUAL(book->told, 1);
  anon_send(aut, wish_again{});
  sched.run();
  CAF_CHECK(book->wishes.back().held.empty());
}

CAF_TEST(a settlement dropped unanswered is told again) {
  answer_always(yes);
  book->stalled = true;
  const auto id = put("one");
  start();
  book->stalled = false;
  book->kept.clear();
  sched.run();
  pass(1s, 50ms);
  CAF_CHECK_EQUAL(book->told, 2);
  CAF_CHECK(row(id).what.status == delivery_status::delivered);
}

CAF_TEST(when persistence starts again the wish is repeated with what is held) {
  const auto id = put("one");
  start();
  anon_send(aut, wish_again{});
  sched.run();
  CAF_CHECK(book->wishes.back().fresh);
  CAF_CHECK(book->wishes.back().held == std::vector<delivery_id>{id});
  CAF_CHECK_EQUAL(book->wishes.back().generation, book->wishes.front().generation);
  CAF_CHECK_EQUAL(there->calls.size(), 1u);
}

CAF_TEST(a delivery handed over twice is sent once) {
  const auto id = put("one");
  start();
  auto again = std::make_shared<handover>();
  again->generation = book->wishes.back().generation;
  again->deliveries.push_back(std::make_shared<const delivery>(row(id).what));
  anon_send(aut, handover_ptr{again});
  sched.run();
  CAF_CHECK_EQUAL(there->calls.size(), 1u);
  there->answer_all(yes);
  sched.run();
  CAF_CHECK(row(id).what.status == delivery_status::delivered);
}

CAF_TEST(a restart loses nothing that storage has) {
  settings.concurrency = 2;
  put_many(12);
  start();
  CAF_CHECK_EQUAL(there->open, 2);
  const auto before = book->wishes.back().generation;
  tests::throw_in("sender");
  there->answer(0, yes);  // this answer is lost with the life it was for
  sched.run();
  CAF_CHECK_EQUAL(*restarts, 1);
  CAF_CHECK_GREATER(book->wishes.back().generation, before);
  CAF_CHECK(std::any_of(book->wishes.begin() + 1, book->wishes.end(),
                        [](auto& x) { return x.fresh && x.held.empty(); }));
  answer_always(yes);
  there->answer_all(yes);  // among them a late one of the earlier life
  sched.run();
  CAF_CHECK_EQUAL(book->count(delivery_status::delivered), 12);
  CAF_CHECK_EQUAL(there->most_open, 2);
  CAF_CHECK_LESS_OR_EQUAL(there->calls.size(), 14u);
}

CAF_TEST(a handover lost in a restart is claimed again) {
  answer_always(yes);
  start();
  put_many(5);
  anon_send(store, due{});
  sched.run_once();
  tests::throw_in("sender");
  sched.run();
  CAF_CHECK_EQUAL(*restarts, 1);
  CAF_CHECK_EQUAL(book->count(delivery_status::delivered), 5);
  CAF_CHECK_EQUAL(there->calls.size(), 5u);
}

CAF_TEST(what is past its time dies without an attempt) {
  settings.concurrency = 1;
  settings.rate = rate_limit{1, 1h, 0};
  put("first");
  const auto late = put("late", priority::normal, [](delivery& x) {
    x.expires_at = x.created_at + 30s;
    x.failover = {{"sms", "+491", 3, 1h}};
  });
  answer_always(yes);
  start();
  pass(29s);
  CAF_CHECK(row(late).what.status == delivery_status::pending);
  pass(2s);
  CAF_CHECK(row(late).what.status == delivery_status::dead);
  CAF_CHECK_EQUAL(row(late).what.attempts, 0);
  CAF_CHECK(row(late).attempts.empty());
  CAF_CHECK_EQUAL(book->successors.size(), 1u);
  CAF_CHECK_EQUAL(there->calls.size(), 1u);
}

CAF_TEST(refused credentials stop the channel and what waits goes back to storage) {
  settings.concurrency = 1;
  there->reply = [](auto&, int) { return response{.status = 401, .body = "who?"}; };
  const auto first = put("one");
  put_many(5);
  start();
  CAF_CHECK(row(first).what.status == delivery_status::dead);
  CAF_CHECK(row(first).what.error_class == error_class::invalid_credentials);
  pass(1h, 1min);
  CAF_CHECK_EQUAL(there->calls.size(), 1u);
  CAF_CHECK_EQUAL(book->count(delivery_status::pending), 5);
  for (auto& [id, x] : book->rows)
    CAF_CHECK(!x.owned);
}

CAF_TEST(behind refused credentials a backup takes over at once) {
  settings.concurrency = 1;
  settings.failover = {"sms"};
  there->reply = [](auto&, int) { return response{.status = 401, .body = "who?"}; };
  for (int i = 0; i < 40; ++i)
    put("x" + std::to_string(i), priority::normal, [](delivery& x) {
      x.failover = {{"sms", "+491", 3, 1h}};
    });
  start();
  CAF_CHECK_EQUAL(there->calls.size(), 1u);
  CAF_CHECK_EQUAL(book->count(delivery_status::dead), 40);
  CAF_CHECK_EQUAL(book->successors.size(), 40u);
}

CAF_TEST(ten transient failures in a row leave the provider alone but for probes) {
  settings.concurrency = 1;
  answer_always(no);
  put_many(30);
  start();
  CAF_CHECK_EQUAL(there->calls.size(), 10u);
  pass(14s);
  CAF_CHECK_EQUAL(there->calls.size(), 10u);
  pass(2s);
  CAF_CHECK_EQUAL(there->calls.size(), 11u);
  answer_always(yes);
  pass(15s);
  CAF_CHECK_GREATER(there->calls.size(), 25u);
}

CAF_TEST(draining starts nothing new and answers when nothing is in flight) {
  settings.concurrency = 2;
  put_many(10);
  start();
  const auto said = ask_to_drain();
  CAF_CHECK(!said->has_value());
  CAF_CHECK(book->wishes.back().room == std::array<std::uint32_t, lane_count>{});
  book->refuse = 1;
  there->answer_all(yes);
  sched.run();
  CAF_CHECK(!said->has_value());  // an outcome is not committed yet
  pass(1s, 50ms);
  CAF_CHECK(*said == true);
  CAF_CHECK_EQUAL(there->calls.size(), 2u);
  CAF_CHECK_EQUAL(book->count(delivery_status::delivered), 2);
}

CAF_TEST(an idle sender drains at once) {
  start();
  CAF_CHECK(*ask_to_drain() == true);
}

CAF_TEST(a restart does not end the draining) {
  put_many(10);
  settings.concurrency = 1;
  start();
  ask_to_drain();
  tests::throw_in("sender");
  there->answer_all(yes);
  sched.run();
  CAF_CHECK_EQUAL(*restarts, 1);
  CAF_CHECK_EQUAL(there->calls.size(), 1u);
  CAF_CHECK(*ask_to_drain() == true);
}

CAF_TEST_FIXTURE_SCOPE_END()
