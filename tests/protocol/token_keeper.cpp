#define CAF_SUITE token_keeper

#include "protocol/rules/token_keeper.hpp"

#include <set>
#include <string>

#include "tests/caf_test.hpp"

namespace token_keeper_suite {

using namespace carillon;
using namespace std::chrono_literals;
using rules::token_keeper;

namespace {

const timestamp today = from_millis(1'800'000'000'000);
const steady_time start{1'000h};

const grant two_hours{"t1", today + 1h, today + 2h};

}  // namespace

CAF_TEST(without a token somebody should ask and one exchange is enough) {
  token_keeper x;
  CAF_CHECK(x.serving(today) == nullptr);
  CAF_CHECK(x.should_ask(today, start));
  x.asked(7, start, 20s);
  CAF_CHECK(!x.should_ask(today, start + 19s));
  CAF_CHECK(x.awaits(7));
  CAF_CHECK(!x.awaits(6));
  CAF_CHECK(x.should_ask(today, start + 20s));
}

CAF_TEST(a token serves until it ends and is renewed from its time on) {
  token_keeper x;
  x.asked(1, start, 20s);
  x.got(two_hours, today, start);
  CAF_CHECK(!x.awaits(1));
  CAF_CHECK_EQUAL(*x.serving(today), "t1");
  CAF_CHECK(!x.should_ask(today + 1h - 1ms, start + 1h));
  CAF_CHECK(x.should_ask(today + 1h, start + 1h));
  CAF_CHECK(x.serving(today + 2h - 1ms) != nullptr);
  CAF_CHECK(x.serving(today + 2h) == nullptr);
}

CAF_TEST(failures wait longer and longer but not for ever) {
  token_keeper x;
  auto at = start;
  for (auto wait : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s, 60s}) {
    x.failed(0ms, at);
    CAF_CHECK(x.ready_at() == at + wait);
    at += wait;
  }
  x.failed(90s, at);
  CAF_CHECK(x.ready_at() == at + 90s);
  x.got(two_hours, today, at);
  x.refused("t1");
  x.failed(0ms, at);
  CAF_CHECK(x.ready_at() == at + 1s);
}

CAF_TEST(a failed renewal leaves the old token) {
  token_keeper x;
  x.got(two_hours, today, start);
  x.asked(2, start + 1h, 20s);
  x.failed(0ms, start + 1h);
  CAF_CHECK_EQUAL(*x.serving(today + 1h), "t1");
  CAF_CHECK(!x.should_ask(today + 1h, start + 1h));
}

CAF_TEST(only the token that was refused is dropped) {
  token_keeper x;
  x.got(two_hours, today, start);
  x.refused("t0");
  CAF_CHECK(x.serving(today) != nullptr);
  x.refused("t1");
  CAF_CHECK(x.serving(today) == nullptr);
  CAF_CHECK(x.should_ask(today, start));
}

CAF_TEST(a token that does not serve is a failure) {
  token_keeper x;
  x.got({"late", today - 1h, today}, today, start);
  CAF_CHECK(x.serving(today) == nullptr);
  CAF_CHECK(x.ready_at() == start + 1s);
  x.got({"", today + 1h, today + 2h}, today, start);
  CAF_CHECK(x.ready_at() == start + 2s);
}

CAF_TEST(a token that is old when it comes is not renewed at every turn) {
  token_keeper x;
  x.got({"t1", today, today + 1h}, today, start);
  CAF_CHECK(!x.should_ask(today, start));
  CAF_CHECK(x.should_ask(today + 1s, start + 1s));
}

CAF_TEST(a ticket is taken once and more are asked for when none is left) {
  token_keeper x;
  CAF_CHECK(!x.has_ticket(today));
  x.got({.refresh_at = today + 1h, .expires_at = today + 1h, .tickets = {"c1", "c2"}}, today,
        start);
  CAF_CHECK(x.has_ticket(today));
  CAF_CHECK(x.serving(today) == nullptr);
  CAF_CHECK(!x.should_ask(today, start));
  const std::set taken{x.take_ticket(today).value_or(""), x.take_ticket(today).value_or("")};
  CAF_CHECK((taken == std::set<std::string>{"c1", "c2"}));
  CAF_CHECK(!x.take_ticket(today));
  CAF_CHECK(x.should_ask(today, start));
  x.got({.refresh_at = today + 1h, .expires_at = today + 1h, .tickets = {"c3"}}, today, start);
  CAF_CHECK(!x.take_ticket(today + 1h));
  CAF_CHECK(x.should_ask(today + 1h, start));
}

CAF_TEST(what is forgotten is not waited for) {
  token_keeper x;
  x.got(two_hours, today, start);
  x.asked(3, start, 20s);
  x.forget();
  CAF_CHECK(x.serving(today) == nullptr);
  CAF_CHECK(!x.awaits(3));
  CAF_CHECK(x.should_ask(today, start));
}

}  // namespace token_keeper_suite
