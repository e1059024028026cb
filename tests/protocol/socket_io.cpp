#define CAF_SUITE socket_io

#include "protocol/codec/socket_io.hpp"

#include "protocol/codec/engine_io.hpp"
#include "protocol/codec/frames.hpp"
#include "protocol/codec/notification.hpp"
#include "protocol/push.hpp"

#include <nlohmann/json.hpp>

#include <string>

#include "tests/caf_test.hpp"

namespace socket_io_suite {

using namespace carillon;
using namespace carillon::codec;

CAF_TEST(a packet is read with its namespace and its ack) {
  const auto plain = read_socket_packet(R"(2["read",{"id":1}])");
  CAF_REQUIRE(plain);
  CAF_CHECK(plain->is == socket_kind::event);
  CAF_CHECK_EQUAL(plain->space, "/");
  CAF_CHECK(!plain->ack);
  CAF_CHECK_EQUAL(plain->data, R"(["read",{"id":1}])");
  const auto all = read_socket_packet(R"(2/admin,12["read"])");
  CAF_REQUIRE(all);
  CAF_CHECK_EQUAL(all->space, "/admin");
  CAF_CHECK(all->ack == 12u);
  CAF_CHECK_EQUAL(all->data, R"(["read"])");
  const auto connect = read_socket_packet("0");
  CAF_REQUIRE(connect);
  CAF_CHECK(connect->is == socket_kind::connect);
  CAF_CHECK(connect->data.empty());
  CAF_CHECK_EQUAL(read_socket_packet("0/other")->space, "/other");
  CAF_CHECK_EQUAL(read_socket_packet(R"(0/,{"token":"t"})")->data, R"({"token":"t"})");
  const auto binary = read_socket_packet(R"(52-/a,7["x"])");
  CAF_REQUIRE(binary);
  CAF_CHECK(binary->is == socket_kind::binary_event);
  CAF_CHECK(binary->ack == 7u);
}

CAF_TEST(what is no packet is not read) {
  for (const auto text :
       {"", "7", "x", "-", R"(5["no count"])", "51", R"(299999999999999999999[])"})
    CAF_CHECK(!read_socket_packet(text));
}

CAF_TEST(packets are written as clients expect them) {
  CAF_CHECK_EQUAL(socket_connected("s", "p"), R"(40{"sid":"s","pid":"p"})");
  CAF_CHECK_EQUAL(socket_refused("/", "no"), R"(44{"message":"no"})");
  CAF_CHECK_EQUAL(socket_refused("/x", "no", "{}"), R"(44/x,{"message":"no","data":{}})");
  CAF_CHECK_EQUAL(socket_disconnect(), "41");
  CAF_CHECK_EQUAL(socket_event("pong", "{}"), R"(42["pong",{}])");
  CAF_CHECK_EQUAL(socket_event("hello", "{}", "7"), R"(42["hello",{},"7"])");
  CAF_CHECK_EQUAL(socket_ack(3, "true"), "433[true]");
}

CAF_TEST(a notification has both spellings and its seq as offset) {
  notification what;
  what.seq = 7;
  what.title = "标题";
  what.message = "a \"text\"";
  what.created_at = from_millis(1'700'000'000'123);
  std::string json;
  append_notification(json, what);
  const auto packet = socket_notification(json, what);
  CAF_REQUIRE(packet.starts_with("42"));
  const auto list = nlohmann::json::parse(packet.substr(2));
  CAF_REQUIRE_EQUAL(list.size(), 3u);
  CAF_CHECK(list[0] == "notification");
  CAF_CHECK(list[1]["message"] == what.message);
  CAF_CHECK(list[1]["body"] == what.message);
  CAF_CHECK(list[1]["createdAt"] == list[1]["created_at"]);
  CAF_CHECK(list[2] == "7");
  auto others = nlohmann::json::parse(json);
  others["body"] = what.message;
  others["createdAt"] = others["created_at"];
  CAF_CHECK(others == list[1]);
}

CAF_TEST(a push is the same packets over a WebSocket and over polling) {
  auto one = std::make_shared<notification>();
  one->seq = 1;
  auto two = std::make_shared<notification>();
  two->seq = 2;
  const push both{{rules::seq_row{one}, rules::seq_row{two}}};
  const auto& frames = both.frames(frame_format::socket_io);
  const auto packet = [](const notification& x) {
    std::string json;
    append_notification(json, x);
    return socket_notification(json, x);
  };
  CAF_CHECK(*frames
            == websocket_frame(opcode_text, packet(*one))
                 + websocket_frame(opcode_text, packet(*two)));
  std::string polled;
  append_polled(polled, *frames);
  CAF_CHECK(polled == packet(*one) + engine_separator + packet(*two));
}

}  // namespace socket_io_suite
