#pragma once

#include "actors/sender.hpp"
#include "protocol/rules/backoff.hpp"
#include "tests/actors/faults.hpp"
#include "tests/actors/sender_stage.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/caf_test.hpp"

namespace carillon::tests {

using namespace std::chrono_literals;

inline const transport_result yes = response{.status = 200, .body = "1"};
inline const transport_result no = response{.status = 503, .body = "overloaded"};
inline const timestamp day = from_millis(1'800'000'000'000);

/// One sender between a storage and a provider, in virtual time.
struct sender_fixture : test_coordinator_fixture<> {
  std::shared_ptr<ledger> book = std::make_shared<ledger>();
  std::shared_ptr<provider> there = std::make_shared<provider>();
  std::shared_ptr<uuid_source> ids = std::make_shared<uuid_source>();
  sender_counts counts;
  std::shared_ptr<int> restarts = std::make_shared<int>(0);
  channel_settings settings{.name = "hook",
                            .type = "webhook",
                            .concurrency = 4,
                            .retry = rules::find_preset("admin").value()};
  steady_time epoch = sched.clock().now();
  std::shared_ptr<scripted> by = std::make_shared<scripted>();
  channel_standing initial{};
  /// What the watchdog and the listener heard.
  std::vector<channel_standing> standings;
  std::vector<failing> failings;
  std::vector<limited> limits;
  std::vector<channel_standing> changes;
  supervisor_actor supervisor;
  watchdog_actor watchdog;
  persistence_actor store;
  deliveries_in_flight_ptr in_flight = std::make_shared<deliveries_in_flight>();
  /// None, unless a test has it asked.
  queries_actor queries;
  sender_actor aut;

  sender_fixture() {
    book->clock = [this] { return now(); };
    there->clock = [this] { return sched.clock().now(); };
    supervisor = sys.spawn([count = restarts](supervisor_actor::pointer) {
      return supervisor_actor::behavior_type{[count](const child_failed&) { ++*count; }};
    });
    watchdog = sys.spawn([this]() -> watchdog_actor::behavior_type {
      return {[](const recount&) {}, [](const tallies_ptr&) {},
              [this](const channel_news& x) {
                if (auto* stands = std::get_if<channel_standing>(&x.what))
                  standings.push_back(*stands);
                else if (auto* fails = std::get_if<failing>(&x.what))
                  failings.push_back(*fails);
                else if (auto* limit = std::get_if<limited>(&x.what))
                  limits.push_back(*limit);
              }};
    });
    store = spawn_ledger(sys, book);
  }

  ~sender_fixture() {
    no_more_faults();
    book->kept.clear();
    there->answer_all(yes);
    for (auto& x : {caf::actor_cast<caf::actor>(aut), caf::actor_cast<caf::actor>(store),
                    caf::actor_cast<caf::actor>(watchdog), caf::actor_cast<caf::actor>(supervisor),
                    caf::actor_cast<caf::actor>(queries)})
      if (x)
        caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
    sched.run();
  }

  timestamp now() {
    return day + std::chrono::duration_cast<milliseconds>(sched.clock().now() - epoch);
  }

  void start(channel_history history = {}) {
    aut = spawn_sender(sys, supervisor, store,
                       {.settings = settings,
                        .channel = by,
                        .transport = there,
                        .history = std::move(history),
                        .initial = initial,
                        .clock = [this] { return now(); },
                        .ids = ids,
                        .queries = queries,
                        .in_flight = in_flight,
                        .watchdog = watchdog,
                        .on_change = [this](const channel_standing& x) { changes.push_back(x); }},
                       counts);
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

  const ledger::row& row(const delivery_id& id) { return book->rows.at(id); }

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

  /// Those of the provider's calls with that body.
  std::vector<const provider::call*> calls_of(const std::string& body) {
    std::vector<const provider::call*> found;
    for (auto& x : there->calls)
      if (x.delivery == body)
        found.push_back(&x);
    return found;
  }

  template <class Order>
  channel_standing order(Order what = {}) {
    auto said = std::make_shared<channel_standing>();
    what.reply = std::make_shared<answer<channel_standing>>(
      [said](const result<channel_standing>& x) { *said = *x; });
    anon_send(aut, channel_order{std::move(what)});
    sched.run();
    return *said;
  }

  std::shared_ptr<std::optional<result<probe_report>>> ask_to_probe() {
    auto said = std::make_shared<std::optional<result<probe_report>>>();
    anon_send(aut, channel_order{probe_now{std::make_shared<answer<probe_report>>(
                     [said](const result<probe_report>& x) { *said = x; })}});
    sched.run();
    return said;
  }

  std::shared_ptr<std::optional<bool>> ask_to_drain() {
    auto said = std::make_shared<std::optional<bool>>();
    anon_send(aut, drain{std::make_shared<answer<bool>>(
                     [said](const result<bool>& x) { *said = x.has_value() && *x; })});
    sched.run();
    return said;
  }
};

}  // namespace carillon::tests
