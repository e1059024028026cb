#define CAF_SUITE circuit

#include "protocol/rules/circuit.hpp"

#include "tests/caf_test.hpp"

namespace circuit_suite {

using namespace carillon;
using namespace std::chrono_literals;
using rules::circuit;

namespace {

const steady_time start{1h};

void fail(circuit& x, int times, steady_time now = start) {
  for (int i = 0; i < times; ++i) {
    x.started(now);
    x.ended(error_class::transient, now);
  }
}

}  // namespace

CAF_TEST(ten transient failures in a row open it) {
  circuit x{10, 15s};
  fail(x, 9);
  CAF_CHECK(!x.open());
  CAF_CHECK(x.ready_at() <= start);
  fail(x, 1);
  CAF_CHECK(x.open());
  CAF_CHECK(x.ready_at() == start + 15s);
}

CAF_TEST(any other answer starts the count again) {
  for (auto answer : {error_class::none, error_class::rate_limited, error_class::invalid_request}) {
    circuit x{10, 15s};
    fail(x, 9);
    x.ended(answer, start);
    fail(x, 9);
    CAF_CHECK(!x.open());
  }
}

CAF_TEST(one probe at a time until one is answered) {
  circuit x{10, 15s};
  fail(x, 10);
  x.started(start + 15s);
  CAF_CHECK(x.ready_at() == start + 30s);
  x.ended(error_class::transient, start + 16s);
  CAF_CHECK(x.ready_at() == start + 30s);
  x.started(start + 30s);
  x.ended(error_class::none, start + 31s);
  CAF_CHECK(!x.open());
  CAF_CHECK(x.ready_at() <= start);
}

}  // namespace circuit_suite
