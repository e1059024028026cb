#define CAF_SUITE seq_line

#include "protocol/rules/seq_line.hpp"

#include "tests/caf_test.hpp"

namespace seq_line_suite {

using namespace carillon;
using rules::seq_line;
using rules::seq_range;

namespace {

rules::seq_row row(std::int64_t seq, std::size_t bytes = 0) {
  auto out = std::make_shared<notification>();
  out->seq = seq;
  out->message.assign(bytes, 'x');
  return {out, {}};
}

std::int64_t take(seq_line& line) {
  return line.take().what->seq;
}

}  // namespace

CAF_TEST(rows in order leave from memory) {
  seq_line line{5};
  line.hear(row(6));
  line.hear(row(7));
  CAF_CHECK(line.ready());
  CAF_CHECK(!line.hole());
  CAF_CHECK_EQUAL(take(line), 6);
  CAF_CHECK_EQUAL(take(line), 7);
  CAF_CHECK(!line.ready());
  CAF_CHECK_EQUAL(line.head(), 7);
}

CAF_TEST(what left already is passed over) {
  seq_line line{5};
  line.hear(row(5));
  line.hear(row(6));
  line.hear(row(6));
  line.take();
  CAF_CHECK(!line.ready());
  CAF_CHECK(!line.hole());
}

CAF_TEST(a hole is read before those behind it leave) {
  seq_line line{5};
  line.hear(row(8));
  line.hear(row(9));
  CAF_CHECK(!line.ready());
  CAF_CHECK(line.hole() == (seq_range{5, 7}));
  line.passed(6);
  CAF_CHECK(line.hole() == (seq_range{6, 7}));
  line.passed(7);
  CAF_CHECK(!line.hole());
  CAF_CHECK_EQUAL(take(line), 8);
}

CAF_TEST(rows behind a second hole are left to storage) {
  seq_line line{0};
  line.hear(row(2));
  line.hear(row(4));
  line.passed(1);
  CAF_CHECK_EQUAL(take(line), 2);
  CAF_CHECK(line.hole() == (seq_range{2, 4}));
}

CAF_TEST(what storage told is not told again from memory) {
  seq_line line{0};
  line.hear(row(2));
  line.hear(row(3));
  line.passed(2);
  CAF_CHECK_EQUAL(take(line), 3);
}

CAF_TEST(too many rows behind a hole are left to storage) {
  seq_line line{0};
  for (std::int64_t seq = 2; seq <= 1002; ++seq)
    line.hear(row(seq));
  CAF_CHECK(line.hole() == (seq_range{0, 1002}));
  line.hear(row(1003));
  CAF_CHECK(line.hole() == (seq_range{0, 1002}));
  line.passed(1002);
  CAF_CHECK(line.ready());
}

CAF_TEST(too many bytes behind a hole are left to storage) {
  seq_line line{0};
  line.hear(row(2, seq_line::max_bytes));
  CAF_CHECK(line.hole() == (seq_range{0, 2}));
}

CAF_TEST(what is forgotten is a hole) {
  seq_line line{0};
  line.hear(row(1));
  line.forget();
  line.hear_of(9);
  CAF_CHECK(line.hole() == (seq_range{0, 9}));
}

}  // namespace seq_line_suite
