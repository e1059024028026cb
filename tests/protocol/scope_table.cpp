#define CAF_SUITE scope_table

#include "protocol/rules/scope_table.hpp"

#include <string>
#include <vector>

#include "tests/caf_test.hpp"

namespace scope_table_suite {

using namespace carillon;
using namespace std::chrono_literals;
using rules::scope_table;

namespace {

const steady_time start{1'000h};

std::vector<scope_limit> chat(const std::string& key, rate_limit limit = {1, 10s, 1}) {
  return {{key, limit}};
}

}  // namespace

CAF_TEST(scopes do not wait for each other) {
  scope_table x{std::nullopt, start};
  CAF_CHECK(x.ready_at(chat("a"), start) <= start);
  x.take(chat("a"), start);
  CAF_CHECK(x.ready_at(chat("a"), start) > start + 10s);
  CAF_CHECK(x.ready_at(chat("b"), start) <= start);
}

CAF_TEST(a use that counts later holds its scope back until it is told) {
  scope_table x{std::nullopt, start};
  const std::vector<scope_limit> both{{"a/s", {1, 1s, 1}}, {"a/10s", {1, 10s, 1}}};
  x.take(both, start, start + 20s);
  CAF_CHECK(x.ready_at(both, start + 15s) > start + 25s);
  x.told(both, start + 20s, start + 2s);
  CAF_CHECK(x.ready_at(both, start + 15s) <= start + 15s);
  CAF_CHECK(x.ready_at(both, start + 12s) > start + 12s);
  x.told(chat("never used"), start + 20s, start);
  CAF_CHECK_EQUAL(x.size(), 2u);
}

CAF_TEST(all limits of a message hold) {
  scope_table x{std::nullopt, start};
  const std::vector<scope_limit> both{{"a/min", {1, 60s, 1}}, {"a/h", {2, 1h, 2}}};
  x.take(both, start);
  const auto second = x.ready_at(both, start);
  CAF_CHECK(second > start + 60s && second < start + 62s);
  x.take(both, second);
  CAF_CHECK(x.ready_at(both, second) > start + 1h);
}

CAF_TEST(a message to several counts as often as it says) {
  scope_table x{std::nullopt, start};
  const rate_limit limit{5, 1h, 5};
  const std::vector<scope_limit> four{{"day", limit, 4}}, one{{"day", limit}};
  x.take(four, start);
  CAF_CHECK(x.ready_at(four, start) > start + 1h);
  CAF_CHECK(x.ready_at(one, start) <= start);
  x.take(one, start);
  CAF_CHECK(x.ready_at(one, start) > start + 1h);
}

CAF_TEST(a scope without a limit is none) {
  scope_table x{std::nullopt, start};
  CAF_CHECK(x.ready_at({}, start) == start);
  x.take({}, start);
  CAF_CHECK_EQUAL(x.size(), 0u);
}

CAF_TEST(what was used before the start counts for short windows) {
  scope_table x{start - 4s, start};
  CAF_CHECK(x.ready_at(chat("a"), start) > start + 6s);
  CAF_CHECK(x.ready_at(chat("b", {5, 1h, 0}), start) <= start);
}

CAF_TEST(the past of a long window is unknown until it is told or over) {
  scope_table x{std::nullopt, start};
  const std::vector<scope_limit> both{{"a/30s", {1, 30s, 1}}, {"a/1h", {5, 1h, 5}}};
  auto unknown = x.unknown(both, start);
  CAF_REQUIRE_EQUAL(unknown.size(), 1u);
  CAF_CHECK_EQUAL(unknown[0].key, "a/1h");
  const std::vector<steady_time> uses{start - 50min, start - 40min, start - 2min, start - 1min,
                                      start};
  x.remember(unknown[0], start, uses);
  CAF_CHECK(x.unknown(both, start).empty());
  const auto ready = x.ready_at(both, start);
  CAF_CHECK(ready > start + 10min && ready < start + 11min);
  x.remember(unknown[0], start, {});
  CAF_CHECK(x.ready_at(both, start) == ready);
  CAF_CHECK_EQUAL(x.unknown({{{"b/1h", {5, 1h, 5}}}}, start + 1h).size(), 1u);
  CAF_CHECK(x.unknown({{{"b/1h", {5, 1h, 5}}}}, start + 62min).empty());
}

CAF_TEST(as many may be under way as the narrowest limit lets through) {
  const std::vector<scope_limit> phone{{"a/30s", {1, 30s, 1}}, {"a/1h", {5, 1h, 5}}};
  CAF_CHECK_EQUAL(scope_table::under_way(phone, 8, 15s), 1);
  CAF_CHECK_EQUAL(scope_table::under_way(phone, 8, 40s), 5);
  CAF_CHECK_EQUAL(scope_table::under_way({}, 8, 15s), 8);
}

CAF_TEST(those as good as new are forgotten when there are too many) {
  scope_table x{std::nullopt, start, 10};
  for (int i = 0; i < 1000; ++i) {
    const auto now = start + i * 2s;
    const auto one = chat(std::to_string(i));
    CAF_CHECK(x.ready_at(one, now) <= now);
    x.take(one, now);
  }
  CAF_CHECK_LESS_OR_EQUAL(x.size(), 10u);
}

CAF_TEST(where none can be forgotten a new one waits and no limit is broken) {
  scope_table x{std::nullopt, start, 3};
  for (auto key : {"a", "b", "c"})
    x.take(chat(key), start);
  CAF_CHECK(x.ready_at(chat("d"), start) == start + 1s);
  CAF_CHECK(x.ready_at(chat("a"), start) > start + 10s);
  const auto later = start + 11s;
  CAF_CHECK(x.ready_at(chat("d"), later) <= later);
}

CAF_TEST(a frozen scope waits and is not forgotten) {
  scope_table x{std::nullopt, start, 1};
  x.freeze(chat("a"), start, start + 30s);
  CAF_CHECK(x.ready_at(chat("a"), start) == start + 30s);
  CAF_CHECK(x.ready_at(chat("b"), start + 20s) > start + 20s);
  CAF_CHECK(x.ready_at(chat("a"), start + 20s) == start + 30s);
}

CAF_TEST(freezing tells whether others are frozen) {
  scope_table x{std::nullopt, start};
  CAF_CHECK(!x.freeze(chat("a"), start, start + 30s));
  CAF_CHECK(!x.freeze(chat("a"), start + 1s, start + 31s));
  CAF_CHECK(x.freeze(chat("b"), start + 2s, start + 5s));
  CAF_CHECK(x.freeze(chat("a"), start + 3s, start + 6s));
  CAF_CHECK(!x.freeze(chat("c"), start + 7s, start + 9s));
}

CAF_TEST(a limit configured anew begins as used) {
  scope_table x{std::nullopt, start};
  x.take(chat("a"), start);
  CAF_CHECK(x.ready_at(chat("a", {1, 30s, 1}), start + 1s) > start + 31s);
}

CAF_TEST(those that cannot wait here get times one after another) {
  scope_table x{std::nullopt, start};
  x.take(chat("a"), start);
  const auto first = x.book(chat("a"), start);
  const auto second = x.book(chat("a"), start);
  CAF_CHECK(first >= x.ready_at(chat("a"), start));
  CAF_CHECK(second == first + 10s);
  CAF_CHECK(x.book(chat("b"), start) <= start + 10s);
}

}  // namespace scope_table_suite
