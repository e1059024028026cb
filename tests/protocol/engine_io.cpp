#define CAF_SUITE engine_io

#include "protocol/codec/engine_io.hpp"

#include "protocol/codec/frames.hpp"

#include <string>

#include "tests/caf_test.hpp"

namespace engine_io_suite {

using namespace carillon;
using namespace carillon::codec;
using namespace std::literals;

namespace {

std::string frame(std::string_view text) {
  return websocket_frame(opcode_text, text);
}

}  // namespace

CAF_TEST(a packet is its kind and what follows) {
  const auto packet = read_engine_packet("4hello");
  CAF_REQUIRE(packet);
  CAF_CHECK(packet->is == engine_kind::message);
  CAF_CHECK_EQUAL(packet->data, "hello");
  CAF_CHECK(read_engine_packet("2probe")->is == engine_kind::ping);
  CAF_CHECK(read_engine_packet("bAQID")->is == engine_kind::binary);
  for (const auto text : {"", "7", "x", " 4"})
    CAF_CHECK(!read_engine_packet(text));
  CAF_CHECK_EQUAL(engine_text(engine_kind::pong, "probe"), "3probe");
}

CAF_TEST(a polled body is packets in their order or nothing) {
  const auto packets = read_engine_packets(
    "4a\x1e\x34\x1e"
    "3");
  CAF_REQUIRE(packets);
  CAF_REQUIRE_EQUAL(packets->size(), 3u);
  CAF_CHECK_EQUAL((*packets)[0].data, "a");
  CAF_CHECK_EQUAL((*packets)[1].data, "");
  CAF_CHECK((*packets)[2].is == engine_kind::pong);
  for (const auto text : {"", "abc", "4a\x1e",
                          "\x1e"
                          "4a",
                          "4a\x1exb"})
    CAF_CHECK(!read_engine_packets(text));
}

CAF_TEST(the open packet says how the session is kept up) {
  CAF_CHECK_EQUAL(
    engine_open({"id", true, seconds{25}, seconds{20}, 65536}),
    R"(0{"sid":"id","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":65536})");
  CAF_CHECK(engine_open({"id", false}).find(R"("upgrades":[])") != std::string::npos);
}

CAF_TEST(what frames carry is polled in their order without them) {
  std::string body;
  append_polled(body, frame("40{}") + frame(std::string(200, 'x')));
  append_polled(body, websocket_frame(opcode_ping, "p") + frame(std::string(70'000, 'y')));
  CAF_CHECK(body == "40{}\x1e" + std::string(200, 'x') + '\x1e' + std::string(70'000, 'y'));
}

CAF_TEST(a refusal has the number and the words of Engine IO) {
  CAF_CHECK_EQUAL(engine_fault_json(engine_fault::unknown_transport),
                  R"({"code":0,"message":"Transport unknown"})");
  CAF_CHECK_EQUAL(engine_fault_json(engine_fault::unknown_session),
                  R"({"code":1,"message":"Session ID unknown"})");
  CAF_CHECK_EQUAL(engine_fault_json(engine_fault::bad_method),
                  R"({"code":2,"message":"Bad handshake method"})");
  CAF_CHECK_EQUAL(engine_fault_json(engine_fault::bad_request),
                  R"({"code":3,"message":"Bad request"})");
  CAF_CHECK_EQUAL(engine_fault_json(engine_fault::forbidden),
                  R"({"code":4,"message":"Forbidden"})");
  CAF_CHECK_EQUAL(engine_fault_json(engine_fault::unsupported_version),
                  R"({"code":5,"message":"Unsupported protocol version"})");
}

}  // namespace engine_io_suite
