#define CAF_SUITE sender_scopes

#include "actors/sender.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "tests/actors/sender_fixture.hpp"

namespace sender_scopes_suite {

using namespace carillon;
using namespace carillon::tests;

namespace {

struct scope_fixture : sender_fixture {
  scope_fixture() { by->per_recipient = rate_limit{1, 10s, 1}; }

  delivery_id put_to(const std::string& who, const std::string& title,
                     priority lane = priority::normal) {
    return put(title, lane, [&](delivery& x) { x.recipient = who; });
  }

  /// Has the sender ask what scopes did before; this answers, nothing for a store that is away.
  void knows(std::function<std::optional<scope_history>(const read_scope_history&)> what) {
    queries = sys.spawn([what = std::move(what)]() -> queries_actor::behavior_type {
      return {[what](const query_ptr& x) {
        auto& asked = std::get<read_scope_history>(x->what);
        if (auto found = what(asked))
          asked.reply(std::move(*found));
        else
          asked.reply(error{errc::unavailable, "the store is away"});
      }};
    });
  }

  /// The most calls to one recipient in any window of that length.
  std::size_t most_to_one_within(milliseconds window) {
    std::map<std::string, std::vector<steady_time>> times;
    for (auto& x : there->calls)
      times[x.sent.headers.at(1).second].push_back(x.at);
    std::size_t most = 0;
    for (auto& [who, at] : times)
      for (auto first : at)
        most = std::max<std::size_t>(most, std::ranges::count_if(at, [&](auto x) {
                                       return x >= first && x <= first + window;
                                     }));
    return most;
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(sender_scopes_tests, scope_fixture)

CAF_TEST(one that waits for its scope lets those behind it pass) {
  answer_always(yes);
  put_to("a", "a1");
  put_to("a", "a2");
  put_to("b", "b1");
  start();
  CAF_CHECK((called() == std::vector<std::string>{"a1", "b1"}));
  pass(11s);
  CAF_CHECK_EQUAL(called().back(), "a2");
}

CAF_TEST(within a scope the lanes keep their order) {
  answer_always(yes);
  put_to("a", "first");
  start();
  put_to("a", "low", priority::low);
  put_to("a", "normal1");
  put_to("a", "normal2");
  put_to("a", "urgent", priority::urgent);
  serve();
  pass(45s);
  CAF_CHECK((called() == std::vector<std::string>{"first", "urgent", "normal1", "normal2", "low"}));
}

CAF_TEST(a crowd for one scope leaves room for others and arrives in order within its limit) {
  answer_always(yes);
  for (int i = 0; i < 100; ++i)
    put_to("a", "a" + std::to_string(i));
  start();
  put_to("b", "b");
  serve();
  CAF_CHECK_EQUAL(called().back(), "b");
  pass(1100s);
  CAF_CHECK_EQUAL(book->count(delivery_status::delivered), 101);
  CAF_CHECK_EQUAL(most_to_one_within(10s), 1u);
  for (auto& [id, x] : book->rows) {
    CAF_CHECK_EQUAL(x.what.attempts, 1);
    CAF_CHECK_EQUAL(x.attempts.size(), 1u);
  }
  CAF_CHECK_EQUAL(counts.retried_ + static_cast<int>(counts.failed_.size()), 0);
}

CAF_TEST(no window of a scope holds more than its limit and a restart changes nothing) {
  by->per_recipient = rate_limit{4, 20s, 0};
  answer_always(yes);
  for (int i = 0; i < 60; ++i)
    put_to(std::string(1, static_cast<char>('a' + i % 3)), std::to_string(i));
  start();
  pass(30s, 500ms);
  throw_in("sender");
  anon_send(aut, wish_again{});
  sched.run();
  CAF_CHECK_EQUAL(*restarts, 1);
  pass(5min, 500ms);
  CAF_CHECK_EQUAL(book->count(delivery_status::delivered), 60);
  CAF_CHECK_LESS_OR_EQUAL(most_to_one_within(20s), 4u);
}

CAF_TEST(a scope used within its window before the start is used up) {
  answer_always(yes);
  put_to("a", "a1");
  start({.last_use = now() - 4s});
  CAF_CHECK_EQUAL(there->calls.size(), 0u);
  pass(6s);
  CAF_CHECK_EQUAL(there->calls.size(), 0u);
  pass(1s);
  CAF_CHECK_EQUAL(there->calls.size(), 1u);
}

CAF_TEST(what a scope with a long window did before the start counts) {
  by->per_recipient = rate_limit{3, 1h, 3};
  answer_always(yes);
  std::vector<std::string> asked;
  knows([&](const read_scope_history& x) {
    asked.insert(asked.end(), x.keys.begin(), x.keys.end());
    scope_history out;
    for (auto& key : x.keys)
      out.uses[key];
    if (out.uses.contains("to a"))
      out.uses["to a"] = {now() - 2h, now() - 50min, now() - 40min};
    return out;
  });
  for (auto title : {"a1", "a2", "b1", "b2", "b3"})
    put_to(std::string(1, title[0]), title);
  start();
  CAF_CHECK((called() == std::vector<std::string>{"a1", "b1", "b2", "b3"}));
  CAF_CHECK((asked == std::vector<std::string>{"to a", "to b"}));
  pass(9min, 1min);
  CAF_CHECK_EQUAL(called().size(), 4u);
  pass(3min, 1min);
  CAF_CHECK_EQUAL(called().back(), "a2");
}

CAF_TEST(what a dead process may have sent counts as sent) {
  by->per_recipient = rate_limit{3, 1h, 3};
  settings.concurrency = 2;
  answer_always(yes);
  knows([&](const read_scope_history& x) {
    scope_history out;
    for (auto& key : x.keys)
      out.uses[key];
    out.released = now() - 1min;
    return out;
  });
  put_to("a", "a1");
  put_to("a", "a2");
  start();
  CAF_CHECK((called() == std::vector<std::string>{"a1"}));
  pass(60min, 1min);
  CAF_CHECK_EQUAL(called().size(), 2u);
}

CAF_TEST(storage is asked again until it says what scopes did) {
  by->per_recipient = rate_limit{3, 1h, 3};
  answer_always(yes);
  int times = 0;
  knows([&](const read_scope_history& x) -> std::optional<scope_history> {
    if (++times < 3)
      return std::nullopt;
    return scope_history{.uses = {{x.keys.at(0), {}}}};
  });
  put_to("a", "a1");
  start();
  CAF_CHECK(called().empty());
  pass(3s);
  CAF_CHECK_EQUAL(called().size(), 1u);
  CAF_CHECK_EQUAL(times, 3);
}

CAF_TEST(an attempt says which long windows it counts against) {
  by->per_recipient = rate_limit{3, 1h, 3};
  answer_always(yes);
  const auto sent = put_to("a", "a1");
  start();
  CAF_REQUIRE_EQUAL(row(sent).attempts.size(), 1u);
  const auto& uses = row(sent).attempts[0].uses;
  CAF_REQUIRE_EQUAL(uses.size(), 1u);
  CAF_CHECK_EQUAL(uses[0].key, "to a");
  CAF_CHECK(uses[0].until > now() + 60min && uses[0].until < now() + 62min);
  by->per_recipient = rate_limit{3, 10s, 3};
  const auto other = put_to("b", "b1");
  serve();
  CAF_CHECK(row(other).attempts.at(0).uses.empty());
}

CAF_TEST(a wait of its own stops a scope and nobody else) {
  by->per_recipient = rate_limit{100, 1s, 100};
  there->reply = [](auto& what, int call) {
    return what == "a1" && call == 1 ? transport_result{response{.status = 429, .body = "20000own"}}
                                     : yes;
  };
  const auto first = put_to("a", "a1");
  start();
  CAF_CHECK(row(first).what.status == delivery_status::retrying);
  CAF_CHECK_EQUAL(row(first).what.attempts, 0);
  put_to("a", "a2");
  const auto other = put_to("b", "b1");
  serve();
  CAF_CHECK(row(other).what.status == delivery_status::delivered);
  CAF_CHECK_EQUAL(there->calls.size(), 2u);
  pass(19s);
  CAF_CHECK_EQUAL(there->calls.size(), 2u);
  pass(2s);
  CAF_CHECK_EQUAL(book->count(delivery_status::delivered), 3);
}

CAF_TEST(a wait that two scopes are told at a time holds everybody) {
  by->per_recipient = rate_limit{100, 1s, 100};
  there->reply = [](auto& what, int call) {
    return what[0] != 'c' && call == 1
             ? transport_result{response{.status = 429, .body = "20000spreading"}}
             : yes;
  };
  put_to("a", "a1");
  start();
  put_to("c", "c1");
  serve();
  CAF_CHECK_EQUAL(book->count(delivery_status::delivered), 1);
  put_to("b", "b1");
  serve();
  put_to("c", "c2");
  serve();
  CAF_CHECK((called() == std::vector<std::string>{"a1", "c1", "b1"}));
  pass(25s);
  CAF_CHECK_EQUAL(book->count(delivery_status::delivered), 4);
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace sender_scopes_suite
