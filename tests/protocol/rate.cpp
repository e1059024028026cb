#define CAF_SUITE rate

#include "protocol/rules/rate.hpp"

#include <algorithm>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "tests/caf_test.hpp"

namespace rate_suite {

using namespace carillon;
using namespace std::chrono_literals;
using rules::rate;

namespace {

const steady_time start{1'000h};

/// The most takes that any window of that length holds, both its ends included.
std::size_t most_within(const std::vector<steady_time>& takes, milliseconds window) {
  std::size_t most = 0;
  std::size_t first = 0;
  for (std::size_t last = 0; last < takes.size(); ++last) {
    while (takes[last] - takes[first] > window)
      ++first;
    most = std::max(most, last - first + 1);
  }
  return most;
}

std::size_t take_all(rate bucket, steady_time now) {
  std::size_t taken = 0;
  while (taken < 100'000 && !bucket.take(now))
    ++taken;
  return taken;
}

/// Takes in bursts, singly, greedily and after pauses, as chance has it.
std::vector<steady_time> take_at_random(rate& bucket, steady_time now, milliseconds window,
                                        std::mt19937_64& chance) {
  std::vector<steady_time> takes;
  for (int step = 0; step < 400; ++step) {
    const auto tries = chance() % 4 == 0 ? 1 + chance() % 40 : 1;
    for (std::uint64_t i = 0; i < tries; ++i) {
      const auto wait_until = bucket.take(now);
      if (!wait_until)
        takes.push_back(now);
      else if (chance() % 2)
        now = *wait_until;
      else
        break;
    }
    now +=
      chance() % 8 == 0
        ? window * (chance() % 3)
        : steady_time::duration{static_cast<std::int64_t>(
          chance() % static_cast<std::uint64_t>(steady_time::duration{window}.count() / 10 + 1))};
  }
  return takes;
}

/// Attempts that reach their provider late, each on its own way: when they did, and when the
/// bucket is told of those that are on it.
struct late_attempts {
  struct use {
    steady_time told_at{};
    steady_time counts_at{};
    steady_time arrived{};
  };

  static constexpr milliseconds patience{5'000};

  /// On its way for as long as chance has it; told when it is there or a while later, or never.
  void start(steady_time now, std::mt19937_64& chance) {
    const bool never = chance() % 100 == 0;
    const auto way = milliseconds{chance() % 3 == 0 ? chance() % (never ? 5'000 : 4'000) : 0};
    arrivals.push_back(now + way);
    if (!never)
      under_way.push_back(
        {now + way + milliseconds{chance() % 5}, now + patience, arrivals.back()});
  }

  void tell(rate& bucket, steady_time now) {
    std::erase_if(under_way, [&](const use& x) {
      if (x.told_at <= now)
        bucket.told(x.counts_at, x.arrived);
      return x.told_at <= now;
    });
  }

  steady_time next_telling() const {
    auto at = steady_time::max();
    for (const auto& x : under_way)
      at = std::min(at, x.told_at);
    return at;
  }

  std::vector<use> under_way{};
  std::vector<steady_time> arrivals{};
};

}  // namespace

CAF_TEST(no window ever holds more takes than the limit says) {
  std::mt19937_64 chance{20261121};
  const std::vector<milliseconds> windows{1ms, 100ms, 1s, 2s, 60s, 1h, 24h};
  for (int round = 0; round < 600; ++round) {
    rate_limit limit{.count = static_cast<int>(1 + chance() % 60),
                     .per = windows[chance() % windows.size()]};
    limit.burst = chance() % 3 == 0 ? static_cast<int>(1 + chance() % limit.count) : 0;
    rate bucket{limit, start, std::nullopt};
    const auto takes = take_at_random(bucket, start, limit.per, chance);
    CAF_REQUIRE_LESS_OR_EQUAL(most_within(takes, limit.per), static_cast<std::size_t>(limit.count));
    CAF_REQUIRE_GREATER(takes.size(), 0u);
  }
}

CAF_TEST(no window of arrivals holds more than the limit says however late they come) {
  std::mt19937_64 chance{350};
  const std::vector<milliseconds> windows{100ms, 1s, 2s, 60s};
  for (int round = 0; round < 400; ++round) {
    rate_limit limit{.count = static_cast<int>(1 + chance() % 30),
                     .per = windows[chance() % windows.size()]};
    limit.burst = chance() % 2 == 0 ? static_cast<int>(1 + chance() % limit.count) : 0;
    rate bucket{limit, start, std::nullopt};
    late_attempts attempts;
    auto now = start;
    for (int step = 0; step < 600; ++step) {
      attempts.tell(bucket, now);
      const auto ready = bucket.ready_at(now);
      const auto wait_until = bucket.take(now, 1, now + late_attempts::patience);
      CAF_REQUIRE_EQUAL(wait_until.has_value(), ready > now);
      if (!wait_until)
        attempts.start(now, chance);
      else if (chance() % 8 == 0)
        now += limit.per * (chance() % 4);
      else
        now = std::max(now, std::min(*wait_until, attempts.next_telling()));
    }
    CAF_REQUIRE_GREATER(attempts.arrivals.size(), 5u);
    std::ranges::sort(attempts.arrivals);
    CAF_REQUIRE_LESS_OR_EQUAL(most_within(attempts.arrivals, limit.per),
                              static_cast<std::size_t>(limit.count));
  }
}

CAF_TEST(a use that is told at once costs no more than one that counted from its start) {
  std::mt19937_64 chance{8};
  for (const auto limit : {rate_limit{5, 1s, 0}, rate_limit{10, 2s, 10}, rate_limit{20, 1s, 8}}) {
    rate plain{limit, start, std::nullopt};
    rate late{limit, start, std::nullopt};
    auto now = start;
    for (int step = 0; step < 500; ++step) {
      const auto wait_until = plain.take(now);
      CAF_REQUIRE(wait_until == late.take(now, 1, now + 20s));
      late.told(now + 20s, now);
      CAF_REQUIRE(plain.ready_at(now) == late.ready_at(now));
      now = chance() % 4 == 0 ? now + milliseconds{chance() % 300} : wait_until.value_or(now);
    }
  }
}

CAF_TEST(a use of which nothing is told counts from the time it was to) {
  for (const auto limit : {rate_limit{1, 1s, 1}, rate_limit{2, 1s, 1}}) {
    rate bucket{limit, start, std::nullopt};
    CAF_CHECK(!bucket.take(start, 1, start + 20s));
    for (auto now = start; now < start + 21s; now += 100ms)
      CAF_REQUIRE(bucket.take(now).has_value());
    CAF_CHECK(!bucket.unused(start + 21s));
    CAF_CHECK(!bucket.take(start + 22s));
  }
}

CAF_TEST(a use may be told more than once and each time counts from then) {
  for (const auto limit : {rate_limit{1, 1s, 1}, rate_limit{2, 1s, 1}}) {
    rate bucket{limit, start, std::nullopt};
    CAF_CHECK(!bucket.take(start, 1, start + 20s));
    bucket.told(start + 20s, start + 2s);
    bucket.told(start + 20s, start);  // not known any more
    CAF_CHECK(bucket.take(start + 3s).has_value());
    bucket.told(start + 2s, start + 500ms);
    bucket.told(start + 500ms, start + 2s);  // no earlier
    CAF_CHECK(!bucket.take(start + 1600ms));
  }
}

CAF_TEST(what was taken under another limit holds a token until it counts) {
  for (const auto limit : {rate_limit{1, 1s, 1}, rate_limit{2, 1s, 1}}) {
    rate bucket{limit, start, std::nullopt};
    bucket.hold(start + 5s);
    CAF_CHECK(bucket.take(start + 4s).has_value());
    bucket.told(start + 5s, start + 4s);
    CAF_CHECK(bucket.take(start + 4500ms).has_value());
    CAF_CHECK(!bucket.take(start + 5100ms));
  }
  rate open{std::nullopt, start, std::nullopt};
  open.hold(start + 5s);
  CAF_CHECK(!open.take(start));
}

CAF_TEST(the promise holds across a restart that knows only the last use) {
  std::mt19937_64 chance{42};
  for (int round = 0; round < 300; ++round) {
    rate_limit limit{.count = static_cast<int>(1 + chance() % 40), .per = 2s};
    limit.burst = chance() % 2 == 0 ? limit.count : 0;
    rate before{limit, start, std::nullopt};
    auto takes = take_at_random(before, start, limit.per, chance);
    const auto again = takes.back() + milliseconds{chance() % 4000};
    rate after{limit, again, takes.back()};
    const auto more = take_at_random(after, again, limit.per, chance);
    takes.insert(takes.end(), more.begin(), more.end());
    CAF_REQUIRE_LESS_OR_EQUAL(most_within(takes, limit.per), static_cast<std::size_t>(limit.count));
  }
}

CAF_TEST(the promise holds across a restart that knows the uses within the window) {
  std::mt19937_64 chance{7};
  for (int round = 0; round < 300; ++round) {
    rate_limit limit{.count = static_cast<int>(1 + chance() % 40), .per = 2min};
    limit.burst = chance() % 2 == 0 ? limit.count : 0;
    rate before{limit, start, std::nullopt};
    auto takes = take_at_random(before, start, limit.per, chance);
    const auto again = takes.back() + milliseconds{chance() % 240'000};
    std::vector<steady_time> known;
    std::ranges::copy_if(takes, std::back_inserter(known),
                         [&](auto at) { return again - at < limit.per * 51 / 50; });
    rate after{limit, again, known};
    const auto more = take_at_random(after, again, limit.per, chance);
    takes.insert(takes.end(), more.begin(), more.end());
    CAF_REQUIRE_LESS_OR_EQUAL(most_within(takes, limit.per), static_cast<std::size_t>(limit.count));
  }
}

CAF_TEST(the burst is a quarter of the count unless given) {
  CAF_CHECK_EQUAL(take_all({rate_limit{20, 60s, 0}, start, std::nullopt}, start), 5u);
  CAF_CHECK_EQUAL(take_all({rate_limit{20, 60s, 10}, start, std::nullopt}, start), 10u);
  CAF_CHECK_EQUAL(take_all({rate_limit{3, 1s, 0}, start, std::nullopt}, start), 1u);
}

CAF_TEST(a greedy sender gets nearly the whole rate in the long run) {
  rate bucket{rate_limit{20, 60s, 0}, start, std::nullopt};
  auto now = start;
  int taken = 0;
  while (now < start + 1h) {
    if (auto until = bucket.take(now))
      now = *until;
    else
      ++taken;
  }
  CAF_CHECK_GREATER(taken, 60 * 14);  // refill is count minus burst
  CAF_CHECK_LESS(taken, 60 * 20);
}

CAF_TEST(a rate of one comes back a window and a guard after its use) {
  rate bucket{rate_limit{1, 10s, 0}, start, std::nullopt};
  CAF_CHECK(!bucket.take(start));
  const auto until = bucket.take(start + 1s);
  CAF_REQUIRE(until.has_value());
  CAF_CHECK(*until == start + 10s + 100ms);
  CAF_CHECK(bucket.take(*until - 1ns).has_value());
  CAF_CHECK(!bucket.take(*until));
}

CAF_TEST(a wait that is told is enough) {
  rate bucket{rate_limit{7, 1s, 0}, start, std::nullopt};
  auto now = start;
  for (int i = 0; i < 100; ++i)
    if (auto until = bucket.take(now)) {
      CAF_REQUIRE(*until > now);
      CAF_REQUIRE(bucket.take(*until - 1ns).has_value());
      now = *until;
      CAF_REQUIRE(!bucket.take(now));
    }
}

CAF_TEST(a bucket used within a window before starts empty) {
  rate used{rate_limit{20, 60s, 0}, start, start - 59s};
  CAF_CHECK_EQUAL(take_all(used, start), 0u);
  rate rested{rate_limit{20, 60s, 0}, start, start - 61s};
  CAF_CHECK_EQUAL(take_all(rested, start), 5u);
}

CAF_TEST(a frozen bucket waits for the provider) {
  rate bucket{rate_limit{20, 60s, 0}, start, std::nullopt};
  bucket.freeze(start + 5s);
  bucket.freeze(start + 2s);
  const auto until = bucket.take(start + 1s);
  CAF_REQUIRE(until.has_value());
  CAF_CHECK(*until == start + 5s);
  CAF_CHECK(!bucket.take(start + 5s));
}

CAF_TEST(one of a weight takes as many tokens at once and never more than a window holds) {
  for (const auto& limit : {rate_limit{12, 10s, 6}, rate_limit{12, 10s, 12}}) {
    rate bucket{limit, start, std::nullopt};
    std::vector<steady_time> takes;
    for (auto now = start; now < start + 60s; now += 100ms)
      if (!bucket.take(now, 4))
        takes.insert(takes.end(), 4, now);
    CAF_CHECK(takes.size() > 30u);
    CAF_CHECK(most_within(takes, 10s) <= 12u);
  }
}

CAF_TEST(a weight over what the bucket holds waits for all of it) {
  for (const int burst : {2, 4}) {
    rate bucket{rate_limit{4, 10s, burst}, start, std::nullopt};
    CAF_CHECK(!bucket.take(start));
    const auto ready = bucket.ready_at(start, 100);
    CAF_CHECK(ready > start);
    CAF_CHECK(bucket.take(ready - 1ms, 100) == ready);
    CAF_CHECK(!bucket.take(ready, 100));
    CAF_CHECK(bucket.ready_at(ready) > ready);
  }
}

CAF_TEST(without a limit only a freeze waits) {
  rate open{std::nullopt, start, start};
  CAF_CHECK_EQUAL(take_all(open, start), 100'000u);
  open.freeze(start + 1s);
  CAF_CHECK(open.take(start).has_value());
  CAF_CHECK(!open.take(start + 1s));
}

CAF_TEST(absurd limits keep their promise) {
  const rate_limit absurd{2'000'000'000, 24h * 3650, 1'999'999'999};
  rate bucket{absurd, start, std::nullopt};
  CAF_CHECK_LESS_OR_EQUAL(take_all(bucket, start), 100'000u);
  CAF_CHECK(bucket.ready_at(start) >= start);
}

CAF_TEST(a bucket is unused when it is full and not frozen) {
  for (const auto limit : {rate_limit{20, 60s, 0}, rate_limit{1, 60s, 1}}) {
    rate bucket{limit, start, std::nullopt};
    CAF_CHECK(bucket.unused(start));
    bucket.take(start);
    CAF_CHECK(!bucket.unused(start));
    CAF_CHECK(bucket.unused(start + 2min));
    bucket.freeze(start + 1h);
    CAF_CHECK(!bucket.unused(start + 2min));
    CAF_CHECK(bucket.unused(start + 1h));
  }
  CAF_CHECK((rate{std::nullopt, start, std::nullopt}.unused(start)));
}

}  // namespace rate_suite
