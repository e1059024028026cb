#define CAF_SUITE frames

#include "protocol/codec/frames.hpp"

#include "protocol/codec/notification.hpp"
#include "protocol/push.hpp"

#include <string>
#include <thread>
#include <vector>

#include "tests/caf_test.hpp"

namespace frames_suite {

using namespace carillon;
using codec::websocket_frame;

namespace {

std::string bytes(std::initializer_list<int> all) {
  std::string out;
  for (auto x : all)
    out += static_cast<char>(x);
  return out;
}

notification_ptr hello() {
  auto out = std::make_shared<notification>();
  out->title = "hello";
  out->seq = 7;
  return out;
}

}  // namespace

CAF_TEST(a frame says its size in the shortest form) {
  CAF_CHECK(websocket_frame(codec::opcode_text, "") == bytes({0x81, 0}));
  CAF_CHECK(websocket_frame(codec::opcode_pong, "hi") == bytes({0x8a, 2}) + "hi");
  const auto header = [](std::size_t size) {
    const auto frame = websocket_frame(codec::opcode_text, std::string(size, 'x'));
    return frame.substr(0, frame.size() - size);
  };
  CAF_CHECK(header(125) == bytes({0x81, 125}));
  CAF_CHECK(header(126) == bytes({0x81, 126, 0, 126}));
  CAF_CHECK(header(65'535) == bytes({0x81, 126, 0xff, 0xff}));
  CAF_CHECK(header(65'536) == bytes({0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0}));
}

CAF_TEST(an envelope names its event) {
  CAF_CHECK_EQUAL(codec::envelope("pong", "{}"), R"({"event":"pong","data":{}})");
}

CAF_TEST(a server sent event ends with an empty line) {
  CAF_CHECK_EQUAL(codec::server_sent_event("hello", "{}"), "event: hello\ndata: {}\n\n");
  CAF_CHECK_EQUAL(codec::server_sent_event("n", "{}", 7), "event: n\nid: 7\ndata: {}\n\n");
  CAF_CHECK_EQUAL(codec::server_sent_event("n", ""), "event: n\ndata: \n\n");
}

CAF_TEST(each line of a server sent event is told as such) {
  CAF_CHECK_EQUAL(codec::server_sent_event("n", "a\nb\r\nc\rd\n"),
                  "event: n\ndata: a\ndata: b\ndata: c\ndata: d\ndata: \n\n");
}

CAF_TEST(a push has one frame of each form whoever asks) {
  const push what{{{hello(), {}}}};
  std::string json;
  codec::append_notification(json, *hello());
  CAF_CHECK(*what.frames(frame_format::plain) == websocket_frame(codec::opcode_text, json));
  CAF_CHECK(*what.frames(frame_format::envelope)
            == websocket_frame(codec::opcode_text, codec::envelope("notification", json)));
  CAF_CHECK_EQUAL(*what.frames(frame_format::sse),
                  "event: notification\nid: 7\ndata: " + json + "\n\n");
  std::vector<const std::string*> seen(4);
  std::vector<std::thread> threads;
  for (auto& mine : seen)
    threads.emplace_back([&] { mine = what.frames(frame_format::plain).get(); });
  for (auto& x : threads)
    x.join();
  for (auto* x : seen)
    CAF_CHECK(x == what.frames(frame_format::plain).get());
}

CAF_TEST(rows that leave together are frames of their own one after the other) {
  const push one{{{hello(), {}}}};
  const push two{{{hello(), {}}, {hello(), {}}}};
  const auto& single = *one.frames(frame_format::plain);
  CAF_CHECK(*two.frames(frame_format::plain) == single + single);
}

CAF_TEST(what its reader has read is pushed as read) {
  const push read{{{hello(), {}, from_millis(0)}}};
  for (std::size_t i = 0; i < frame_format_count; ++i)
    CAF_CHECK(read.frames(static_cast<frame_format>(i))
                ->find(R"("is_read":true,"read_at":"1970-01-01T00:00:00.000Z")")
              != std::string::npos);
}

CAF_TEST(the last holder of a push gives it back) {
  int released = 0;
  auto first =
    std::make_shared<const push>(std::vector{rules::seq_row{hello()}}, [&] { ++released; });
  push_ptr second = first;
  auto frame = second->frames(frame_format::plain);
  first.reset();
  CAF_CHECK_EQUAL(released, 0);
  second.reset();
  CAF_CHECK_EQUAL(released, 1);
  CAF_CHECK(!frame->empty());
}

}  // namespace frames_suite
