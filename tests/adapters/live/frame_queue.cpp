#define CAF_SUITE live_frame_queue

#include "adapters/live/frame_queue.hpp"

#include <array>
#include <memory>
#include <random>
#include <string>

#include "tests/caf_test.hpp"

namespace live_frame_queue_suite {

using namespace carillon;
using namespace carillon::live;

namespace {

frame_ptr frame(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

std::string gathered(const frame_queue& queue, std::size_t buffers = 64) {
  std::vector<iovec> into(buffers);
  std::string all;
  for (const auto& each : queue.gather(into))
    all.append(static_cast<const char*>(each.iov_base), each.iov_len);
  return all;
}

}  // namespace

CAF_TEST(frames are gathered in order behind what is written) {
  frame_queue queue;
  for (const auto* each : {"abc", "def", "ghi"})
    queue.add(frame(each));
  CAF_CHECK_EQUAL(gathered(queue), "abcdefghi");
  CAF_CHECK_EQUAL(gathered(queue, 2), "abcdef");
  queue.written(4);
  CAF_CHECK_EQUAL(gathered(queue), "efghi");
  CAF_CHECK_EQUAL(queue.size(), 2u);
  CAF_CHECK_EQUAL(queue.bytes(), 5u);
  queue.written(5);
  CAF_CHECK(queue.empty());
}

CAF_TEST(a written frame is let go of at once) {
  frame_queue queue;
  const auto first = frame("abc");
  queue.add(first);
  queue.add(frame("def"));
  queue.written(3);
  CAF_CHECK_EQUAL(first.use_count(), 1);
}

CAF_TEST(dropping keeps the frame that is half written) {
  frame_queue queue;
  for (const auto* each : {"abc", "def", "ghi"})
    queue.add(frame(each));
  queue.written(4);
  queue.drop_unstarted(0);
  CAF_CHECK_EQUAL(gathered(queue), "ef");
  CAF_CHECK_EQUAL(queue.bytes(), 2u);
}

CAF_TEST(dropping on a border keeps nothing) {
  frame_queue queue;
  for (const auto* each : {"abc", "def"})
    queue.add(frame(each));
  queue.written(3);
  queue.drop_unstarted(0);
  CAF_CHECK(queue.empty());
}

CAF_TEST(dropping keeps every frame that pinned bytes reach into) {
  frame_queue queue;
  for (const auto* each : {"abc", "def", "ghi", "jkl"})
    queue.add(frame(each));
  queue.written(1);
  queue.drop_unstarted(6);
  CAF_CHECK_EQUAL(gathered(queue), "bcdefghi");
}

CAF_TEST(the queue is bounded in frames and bytes) {
  frame_queue queue;
  const auto small = frame("x");
  for (std::size_t i = 0; i < frame_queue::frame_bound; ++i) {
    CAF_CHECK(queue.fits(1));
    queue.add(small);
  }
  CAF_CHECK(!queue.fits(1));
  frame_queue large;
  large.add(frame(std::string(frame_queue::byte_bound, 'x')));
  CAF_CHECK(!large.fits(1));
  CAF_CHECK(large.fits(0));
}

CAF_TEST(frames added together count one by one) {
  frame_queue queue;
  queue.add(frame("abc"), 3);
  queue.add(frame("d"));
  CAF_CHECK_EQUAL(queue.size(), 4u);
  queue.written(3);
  CAF_CHECK_EQUAL(queue.size(), 1u);
  queue.add(frame("ef"), frame_queue::frame_bound - 1);
  CAF_CHECK(!queue.fits(1));
  queue.drop_unstarted(1);
  CAF_CHECK_EQUAL(queue.size(), 1u);
}

CAF_TEST(what goes in comes out however it is written) {
  std::mt19937 random{42};
  frame_queue queue;
  std::string in;
  std::string out;
  for (int round = 0; round < 20000; ++round) {
    for (auto n = random() % 4; n > 0; --n) {
      std::string text(1 + random() % 20, static_cast<char>('a' + random() % 26));
      in += text;
      queue.add(frame(std::move(text)));
    }
    const auto next = gathered(queue, 1 + random() % 64);
    const auto part = next.empty() ? 0 : random() % (next.size() + 1);
    out += next.substr(0, part);
    queue.written(part);
  }
  while (!queue.empty()) {
    const auto next = gathered(queue);
    out += next;
    queue.written(next.size());
  }
  CAF_CHECK(in == out);
  CAF_CHECK_EQUAL(queue.bytes(), 0u);
}

}  // namespace live_frame_queue_suite
