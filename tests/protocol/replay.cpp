#define CAF_SUITE replay

#include "protocol/rules/replay.hpp"

#include "tests/caf_test.hpp"

namespace replay_suite {

using namespace carillon;
using rules::replay;
using rules::seq_range;

namespace {

notification_ptr row(std::int64_t seq, std::size_t bytes = 0) {
  auto out = std::make_shared<notification>();
  out->seq = seq;
  out->message.assign(bytes, 'x');
  return out;
}

std::vector<std::int64_t> taken(replay& from) {
  std::vector<std::int64_t> out;
  for (const auto& x : from.take())
    out.push_back(x->seq);
  return out;
}

using seqs = std::vector<std::int64_t>;

}  // namespace

CAF_TEST(one who misses nothing is caught up and gets what waited) {
  replay it{10};
  it.hear(row(11));
  it.hear(row(13));
  CAF_CHECK(it.caught_up());
  CAF_CHECK_EQUAL(taken(it), (seqs{11, 13}));
}

CAF_TEST(pages come first and what waited follows) {
  replay it{10};
  it.resume_from(4);
  CAF_CHECK(it.behind());
  CAF_CHECK(it.next() == (seq_range{4, 10}));
  it.hear(row(11));
  CAF_CHECK(it.queued(7));
  CAF_CHECK(it.behind());
  CAF_CHECK(it.next() == (seq_range{7, 10}));
  CAF_CHECK(it.queued(10));
  CAF_CHECK(it.caught_up());
  CAF_CHECK_EQUAL(taken(it), seqs{11});
}

CAF_TEST(a page that leads nowhere is seen) {
  replay it{10};
  it.resume_from(4);
  CAF_CHECK(!it.queued(4));
}

CAF_TEST(past the bound the head follows and storage tells all) {
  replay it{1000};
  it.resume_from(0);
  it.next();
  for (std::int64_t seq = 1001; seq <= 1500; ++seq)
    it.hear(row(seq));
  it.queued(100);
  CAF_CHECK(it.next() == (seq_range{100, 1000}));
  it.hear(row(1501));
  it.hear(row(1502));
  it.queued(1000);
  CAF_CHECK(it.behind());
  // More than a page may be missing, so what comes is not kept yet.
  CAF_CHECK(it.next() == (seq_range{1000, 1502}));
  it.hear(row(1503));
  it.queued(1450);
  CAF_CHECK(it.next() == (seq_range{1450, 1503}));
  it.hear(row(1504));
  it.queued(1503);
  CAF_CHECK(it.caught_up());
  CAF_CHECK_EQUAL(taken(it), seqs{1504});
}

CAF_TEST(waiting rows are bounded in bytes) {
  replay it{0};
  it.hear(row(1, replay::max_bytes));
  CAF_CHECK(it.behind());
  CAF_CHECK(it.next() == (seq_range{0, 1}));
}

CAF_TEST(rows a client ahead has seen are passed over) {
  replay before{10};
  before.resume_from(12);
  CAF_CHECK(!before.caught_up() && !before.behind());
  before.hear(row(11));
  before.hear(row(12));
  CAF_CHECK(before.caught_up());
  before.hear(row(13));
  CAF_CHECK_EQUAL(taken(before), seqs{13});

  replay after{10};
  after.hear(row(11));
  after.hear(row(13));
  after.resume_from(12);
  CAF_CHECK(after.caught_up());
  CAF_CHECK_EQUAL(taken(after), seqs{13});
}

CAF_TEST(a client ahead may have none of its own in between) {
  replay it{10};
  it.resume_from(12);
  it.hear(row(20));
  CAF_CHECK(it.caught_up());
  CAF_CHECK_EQUAL(taken(it), seqs{20});
}

CAF_TEST(a client ahead of what was dropped waits for more) {
  replay it{10};
  it.hear(row(11, replay::max_bytes));
  it.resume_from(15);
  CAF_CHECK(!it.behind());
  it.hear(row(16));
  CAF_CHECK(it.caught_up());
  CAF_CHECK_EQUAL(taken(it), seqs{16});
}

CAF_TEST(rows are missed only where the floor has passed what is still to be read) {
  replay it{10};
  CAF_CHECK(!it.misses(10));
  it.resume_from(3);
  CAF_CHECK(!it.misses(3));
  CAF_CHECK(it.misses(4));
  CAF_CHECK(it.misses(99));
  it.next();
  it.queued(7);
  CAF_CHECK(!it.misses(7));
  CAF_CHECK(it.misses(8));
  it.queued(10);
  CAF_CHECK(!it.misses(99));
}

}  // namespace replay_suite
