#define CAF_SUITE progress_book

#include "protocol/rules/progress_book.hpp"

#include <string>

#include "tests/caf_test.hpp"

namespace progress_book_suite {

using namespace carillon;
using namespace std::chrono_literals;

namespace {

struct fixture {
  rules::progress_book book;
  uuid_source ids;
  batch_id one{ids.next(from_millis(1))};
  batch_id two{ids.next(from_millis(2))};
  steady_time now{};

  void look(const batch_id& id, bool over = false) {
    book.look({.id = id, .by = id == one ? "anna" : "bert", .over = over});
  }

  std::string read(std::int64_t processed) {
    batch_record what;
    what.processed = processed;
    return book.read(what);
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(progress_book_tests, fixture)

CAF_TEST(whoever began a bulk is told of it when there is news) {
  look(one);
  CAF_CHECK(book.next(now) == one);
  CAF_CHECK_EQUAL(read(0), "anna");
  CAF_CHECK(!book.next(now));
  now += 1s;
  look(one);
  CAF_CHECK(book.next(now) == one);
  CAF_CHECK_EQUAL(read(0), "");
  now += 1s;
  look(one);
  CAF_CHECK(book.next(now) == one);
  CAF_CHECK_EQUAL(read(100), "anna");
}

CAF_TEST(a bulk that is looked at often is told once a second) {
  look(one);
  book.next(now);
  read(1);
  for (int i = 0; i < 8; ++i) {
    now += 100ms;
    look(one);
    CAF_CHECK(!book.next(now));
  }
  now += 100ms;
  CAF_CHECK(book.next(now) == one);
}

CAF_TEST(an end is told at once and last) {
  look(one);
  book.next(now);
  look(one, true);
  CAF_CHECK(!book.next(now));
  CAF_CHECK_EQUAL(read(5), "anna");
  CAF_CHECK(book.next(now) == one);
  CAF_CHECK_EQUAL(read(5), "anna");
  now += 10s;
  CAF_CHECK(!book.next(now));
}

CAF_TEST(one record is read at a time and none is forgotten) {
  look(one);
  look(two);
  CAF_CHECK(book.next(now) == one);
  CAF_CHECK(!book.next(now));
  CAF_CHECK_EQUAL(book.read(error{errc::unavailable, "away"}), "");
  CAF_CHECK(book.next(now) == two);
  CAF_CHECK_EQUAL(read(0), "bert");
  CAF_CHECK(!book.next(now));
}

CAF_TEST_FIXTURE_SCOPE_END()

}  // namespace progress_book_suite
