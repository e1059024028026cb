#define CAF_SUITE backoff

#include "protocol/rules/backoff.hpp"

#include <limits>
#include <random>

#include "tests/caf_test.hpp"

namespace backoff_suite {

using namespace carillon;
using namespace std::chrono_literals;
using rules::backoff;

namespace {

constexpr auto most_chance = std::numeric_limits<std::uint64_t>::max();

}  // namespace

CAF_TEST(a schedule is followed and its last wait repeats) {
  const auto policy = rules::find_preset("admin").value();
  CAF_CHECK_EQUAL(policy.max_attempts, 5);
  CAF_CHECK(backoff(policy, 1, 0) == 10s);
  CAF_CHECK(backoff(policy, 2, 0) == 30s);
  CAF_CHECK(backoff(policy, 3, 0) == 120s);
  CAF_CHECK(backoff(policy, 4, 0) == 600s);
  CAF_CHECK(backoff(policy, 5, 0) == 600s);
  CAF_CHECK(backoff(policy, std::numeric_limits<int>::max(), 0) == 600s);
}

CAF_TEST(an attempt before the first counts as the first) {
  const auto policy = rules::find_preset("minutes").value();
  CAF_CHECK_EQUAL(policy.max_attempts, 4);
  CAF_CHECK(backoff(policy, 0, 0) == 1min);
  CAF_CHECK(backoff(policy, -3, 0) == 1min);
}

CAF_TEST(exponential waits double up to their cap) {
  const retry_policy policy{.base = 1s, .cap = 10s};
  CAF_CHECK(backoff(policy, 1, 0) == 1s);
  CAF_CHECK(backoff(policy, 2, 0) == 2s);
  CAF_CHECK(backoff(policy, 4, 0) == 8s);
  CAF_CHECK(backoff(policy, 5, 0) == 10s);
  CAF_CHECK(backoff(policy, std::numeric_limits<int>::max(), 0) == 10s);
}

CAF_TEST(full jitter draws between nothing and the whole wait) {
  const auto policy = rules::find_preset("exponential").value();
  CAF_CHECK(policy.full_jitter);
  CAF_CHECK_EQUAL(policy.max_attempts, 5);
  CAF_CHECK(backoff(policy, 3, 0) == 0s);
  CAF_CHECK(backoff(policy, 3, most_chance) == 4s);
  CAF_CHECK(backoff(policy, 3, most_chance / 2) == 2s);
  std::mt19937_64 chance{7};
  for (int i = 0; i < 1000; ++i) {
    const auto wait = backoff(policy, 1 + i % 20, chance());
    CAF_REQUIRE(wait >= 0s && wait <= 10min);
  }
}

CAF_TEST(an unknown preset is none) {
  CAF_CHECK(!rules::find_preset("often"));
  CAF_CHECK(!rules::find_preset(""));
}

}  // namespace backoff_suite
