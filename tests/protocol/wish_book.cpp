#include "protocol/rules/wish_book.hpp"

#define CAF_SUITE wish_book
#include "tests/caf_test.hpp"

namespace wish_book_suite {

using namespace carillon;
using rules::wish_book;

namespace {

constexpr auto normal = priority::normal;

/// Room in the normal lane alone.
wish_book::lanes room(std::uint32_t n) {
  return {0, n, 0, 0};
}

/// A book whose channel has that much room and no backlog.
wish_book idle_book(std::uint32_t n) {
  wish_book book;
  book.set("mail", room(n));
  book.claimed("mail", normal, n, 0);
  return book;
}

}  // namespace

CAF_TEST(a fresh book claims before it hands over directly) {
  wish_book book;
  book.set("mail", room(3));
  CAF_CHECK(!book.take("mail", normal));
  CAF_CHECK_EQUAL(book.claimable("mail", normal), 3u);
  CAF_CHECK(book.any_claimable());
}

CAF_TEST(a new row goes straight to its sender while there is room) {
  auto book = idle_book(2);
  CAF_CHECK(book.take("mail", normal));
  CAF_CHECK(book.take("mail", normal));
  CAF_CHECK(!book.take("mail", normal));
}

CAF_TEST(once a row had to wait all after it in its lane wait behind it) {
  auto book = idle_book(1);
  CAF_CHECK(book.take("mail", normal));
  CAF_CHECK(!book.take("mail", normal));
  book.set("mail", room(5));
  CAF_CHECK(!book.take("mail", normal));
  CAF_CHECK_EQUAL(book.claimable("mail", normal), 5u);
}

CAF_TEST(a backlog in one lane does not hold up another) {
  wish_book book;
  book.set("mail", {4, 4, 4, 4});
  for (auto lane : {priority::low, priority::normal, priority::high, priority::urgent})
    book.claimed("mail", lane, 4, 0);
  book.has_backlog("mail", normal);
  CAF_CHECK(!book.take("mail", normal));
  CAF_CHECK(book.take("mail", priority::urgent));
}

CAF_TEST(a claim that found less than it asked for ends the backlog) {
  wish_book book;
  book.set("mail", room(5));
  book.claimed("mail", normal, 5, 2);
  CAF_CHECK_EQUAL(book.claimable("mail", normal), 0u);
  CAF_CHECK(book.take("mail", normal));
}

CAF_TEST(a claim that found all it asked for uses up the room and keeps the backlog) {
  wish_book book;
  book.set("mail", room(5));
  book.claimed("mail", normal, 5, 5);
  CAF_CHECK(!book.any_claimable());
  CAF_CHECK(!book.take("mail", normal));
  book.set("mail", room(1));
  CAF_CHECK_EQUAL(book.claimable("mail", normal), 1u);
}

CAF_TEST(a new wish replaces the old one) {
  auto book = idle_book(5);
  book.set("mail", room(1));
  CAF_CHECK(book.take("mail", normal));
  CAF_CHECK(!book.take("mail", normal));
}

CAF_TEST(a channel without a sender gets nothing and keeps its backlog) {
  wish_book book;
  CAF_CHECK(!book.take("mail", normal));
  CAF_CHECK_EQUAL(book.claimable("mail", normal), 0u);
  CAF_CHECK(!book.any_claimable());
}

CAF_TEST(a wish for backed rows alone takes no others and calls them no backlog) {
  wish_book book;
  book.set("mail", room(3), true);
  CAF_CHECK(book.only_backed("mail"));
  CAF_CHECK(!book.only_backed("sms"));
  book.claimed("mail", normal, 3, 0);
  CAF_CHECK(!book.take("mail", normal));
  CAF_CHECK(!book.any_claimable());
  CAF_CHECK(book.take("mail", normal, true));
  CAF_CHECK(book.take("mail", normal, true));
  CAF_CHECK(book.take("mail", normal, true));
  CAF_CHECK(!book.take("mail", normal, true));
  book.set("mail", room(3), true);
  CAF_CHECK_EQUAL(book.claimable("mail", normal), 3u);
}

CAF_TEST(a wish for other rows than the one before knows nothing of what waits) {
  auto book = idle_book(3);
  book.set("mail", room(3));
  CAF_CHECK(!book.any_claimable());
  book.set("mail", room(3), true);
  CAF_CHECK_EQUAL(book.claimable("mail", normal), 3u);
  book.claimed("mail", normal, 3, 0);
  book.set("mail", room(3), true);
  CAF_CHECK(!book.any_claimable());
  book.set("mail", room(3));
  CAF_CHECK(!book.only_backed("mail"));
  CAF_CHECK_EQUAL(book.claimable("mail", normal), 3u);
}

CAF_TEST(a copy that is thrown away leaves the book as it was) {
  const auto book = idle_book(1);
  auto batch = book;
  CAF_CHECK(batch.take("mail", normal));
  auto again = book;
  CAF_CHECK(again.take("mail", normal));
}

}  // namespace wish_book_suite
