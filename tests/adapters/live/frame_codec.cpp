#define CAF_SUITE live_frame_codec

#include "adapters/live/frame_codec.hpp"
#include "protocol/codec/frames.hpp"

#include <array>
#include <random>
#include <string>
#include <vector>

#include "tests/caf_test.hpp"

namespace live_frame_codec_suite {

using namespace carillon;
using namespace carillon::live;
using namespace std::string_literals;

namespace {

constexpr auto fin = std::uint8_t{0x80};

/// A masked client frame; `first` is its first byte.
std::string masked(std::uint8_t first, std::string_view payload,
                   std::array<std::uint8_t, 4> mask = {0x37, 0xfa, 0x21, 0x3d}) {
  auto frame = codec::websocket_frame(0, payload);
  const auto header = frame.size() - payload.size();
  frame[0] = static_cast<char>(first);
  frame[1] = static_cast<char>(frame[1] | 0x80);
  frame.insert(header, reinterpret_cast<const char*>(mask.data()), 4);
  for (std::size_t i = 0; i < payload.size(); ++i)
    frame[header + 4 + i] ^= static_cast<char>(mask[i % 4]);
  return frame;
}

std::string text(std::string_view payload) {
  return masked(fin | codec::opcode_text, payload);
}

/// What came out, one line a frame, and how it ended.
std::string parse(std::string_view bytes, std::size_t step) {
  frame_parser parser;
  std::string seen;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    auto part = std::span<const char>{bytes.substr(at, step)};
    for (;;) {
      const auto outcome = parser.next(part);
      if (outcome == frame_parser::outcome::more)
        break;
      if (outcome == frame_parser::outcome::broken)
        return seen + "!" + std::to_string(static_cast<int>(parser.fault().code));
      auto frame = parser.take();
      seen += std::to_string(frame.opcode) + ":" + frame.payload + "\n";
    }
    if (!part.empty())
      return seen + "bytes left over";
  }
  return seen + (parser.idle() ? "" : "...");
}

/// The same verdict for all at once and byte by byte.
std::string parse(std::string_view bytes) {
  const auto whole = parse(bytes, bytes.size());
  CAF_CHECK_EQUAL(parse(bytes, 1), whole);
  CAF_CHECK_EQUAL(parse(bytes, 7), whole);
  return whole;
}

}  // namespace

CAF_TEST(an unfragmented text message comes out unmasked) {
  // The example of RFC 6455 section 5.7.
  CAF_CHECK_EQUAL(parse("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"), "1:Hello\n");
}

CAF_TEST(messages of every length encoding come out) {
  for (const std::size_t size : {0, 1, 7, 8, 9, 125, 126, 127, 65535, 65536}) {
    const std::string payload(size, 'x');
    CAF_CHECK(parse(text(payload), 4096) == "1:" + payload + "\n");
  }
}

CAF_TEST(fragments are joined and control frames between them come out at once) {
  const auto bytes = masked(codec::opcode_text, "Hel") + masked(fin | codec::opcode_ping, "now")
                     + masked(0, "lo ") + masked(fin | codec::opcode_pong, "")
                     + masked(fin | codec::opcode_continuation, "you") + text("next");
  CAF_CHECK_EQUAL(parse(bytes), "9:now\n10:\n1:Hello you\n1:next\n");
}

CAF_TEST(a character may be cut between fragments) {
  CAF_CHECK_EQUAL(parse(masked(codec::opcode_text, "\xe4\xbd") + masked(fin, "\xa0")),
                  "1:\xe4\xbd\xa0\n");
}

CAF_TEST(part of a message is not idle) {
  CAF_CHECK_EQUAL(parse(text("Hello").substr(0, 9)), "...");
  CAF_CHECK_EQUAL(parse(masked(codec::opcode_text, "Hel")), "...");
  CAF_CHECK_EQUAL(parse(text("Hello").substr(0, 1)), "...");
}

CAF_TEST(a frame without a mask is a protocol error) {
  CAF_CHECK_EQUAL(parse(codec::websocket_frame(codec::opcode_text, "Hello")), "!1002");
}

CAF_TEST(reserved bits and opcodes are protocol errors) {
  for (const auto bit : {0x40, 0x20, 0x10})
    CAF_CHECK_EQUAL(parse(masked(fin | bit | codec::opcode_text, "x")), "!1002");
  for (const auto opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15})
    CAF_CHECK_EQUAL(parse(masked(fin | opcode, "x")), "!1002");
}

CAF_TEST(control frames are whole and short) {
  for (const auto opcode : {codec::opcode_close, codec::opcode_ping, codec::opcode_pong}) {
    CAF_CHECK_EQUAL(parse(masked(opcode, "")), "!1002");
    CAF_CHECK_EQUAL(parse(masked(fin | opcode, std::string(126, 'x'))), "!1002");
  }
  const std::string longest(125, 'x');
  CAF_CHECK_EQUAL(parse(masked(fin | codec::opcode_ping, longest)), "9:" + longest + "\n");
}

CAF_TEST(fragments out of order are protocol errors) {
  CAF_CHECK_EQUAL(parse(masked(fin | codec::opcode_continuation, "x")), "!1002");
  CAF_CHECK_EQUAL(parse(masked(codec::opcode_continuation, "x")), "!1002");
  CAF_CHECK_EQUAL(parse(masked(codec::opcode_text, "x") + text("y")), "!1002");
}

CAF_TEST(binary messages are not understood) {
  CAF_CHECK_EQUAL(parse(masked(fin | codec::opcode_binary, "x")), "!1003");
  CAF_CHECK_EQUAL(parse(masked(codec::opcode_binary, "x")), "!1003");
}

CAF_TEST(binary messages that are wanted come out as they are) {
  frame_parser parser{true};
  const auto bytes = masked(codec::opcode_binary, "\xff")
                     + masked(fin | codec::opcode_continuation, "x") + text("y");
  auto rest = std::span<const char>{bytes};
  CAF_REQUIRE(parser.next(rest) == frame_parser::outcome::frame);
  const auto binary = parser.take();
  CAF_CHECK_EQUAL(binary.opcode, codec::opcode_binary);
  CAF_CHECK_EQUAL(binary.payload, "\xffx");
  CAF_REQUIRE(parser.next(rest) == frame_parser::outcome::frame);
  const auto words = parser.take();
  CAF_CHECK_EQUAL(words.opcode, codec::opcode_text);
  CAF_CHECK_EQUAL(words.payload, "y");
  CAF_CHECK(parser.idle());
}

CAF_TEST(a length must be in its shortest form and positive) {
  CAF_CHECK_EQUAL(parse("\x81\xfe\x00\x7d\0\0\0\0"s), "!1002");
  CAF_CHECK_EQUAL(parse("\x81\xff\0\0\0\0\0\0\xff\xff\0\0\0\0"s), "!1002");
  CAF_CHECK_EQUAL(parse("\x81\xff\x80\0\0\0\0\0\0\0\0\0\0\0"s), "!1002");
}

CAF_TEST(a message over its bound is refused before it is read) {
  const auto header = text(std::string(65537, 'x')).substr(0, 14);
  CAF_CHECK_EQUAL(parse(header), "!1009");
  CAF_CHECK_EQUAL(parse("\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0"s), "!1009");
  const auto half = masked(codec::opcode_text, std::string(40000, 'x'));
  CAF_CHECK_EQUAL(parse(half + masked(fin, std::string(25537, 'x'))), "!1009");
  CAF_CHECK(parse(half + masked(fin, std::string(25536, 'x')), 4096).starts_with("1:xx"));
}

CAF_TEST(a control frame inside a full message is taken) {
  const auto most = masked(codec::opcode_text, std::string(65536, 'x'));
  CAF_CHECK_EQUAL(parse(most + masked(fin | codec::opcode_ping, "still there?"), 4096),
                  "9:still there?\n...");
}

CAF_TEST(text must be UTF - 8) {
  for (const auto* bad : {"\xff", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe4\xbd"})
    CAF_CHECK_EQUAL(parse(text(bad)), "!1007");
  CAF_CHECK_EQUAL(parse(text("库存预警 🔔")), "1:库存预警 🔔\n");
}

CAF_TEST(close frames are held to their form) {
  const auto close = [](std::string_view payload) {
    return parse(masked(fin | codec::opcode_close, payload));
  };
  CAF_CHECK_EQUAL(close(""), "8:\n");
  CAF_CHECK_EQUAL(close("\x03\xe8 bye"), "8:\x03\xe8 bye\n");
  CAF_CHECK_EQUAL(close("\x03"), "!1002");
  CAF_CHECK_EQUAL(close("\x03\xe8\xff"), "!1007");
}

CAF_TEST(only codes that may be sent are taken) {
  const auto verdict = [](int code) {
    const std::string payload{static_cast<char>(code >> 8), static_cast<char>(code)};
    return parse(masked(fin | codec::opcode_close, payload));
  };
  for (const auto good : {1000, 1001, 1002, 1003, 1007, 1011, 1014, 3000, 4401, 4999})
    CAF_CHECK(verdict(good).starts_with("8:"));
  for (const auto bad : {0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535})
    CAF_CHECK_EQUAL(verdict(bad), "!1002");
}

CAF_TEST(nothing is read after a violation) {
  frame_parser parser;
  auto bad = std::span<const char>{"\x81\x05Hello", 7};
  CAF_CHECK(parser.next(bad) == frame_parser::outcome::broken);
  const auto good = text("x");
  auto rest = std::span<const char>{good};
  CAF_CHECK(parser.next(rest) == frame_parser::outcome::broken);
  CAF_CHECK_EQUAL(rest.size(), good.size());
}

CAF_TEST(any bytes get a verdict that does not depend on how they are cut) {
  std::mt19937 random{20261121};
  const auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
  for (int round = 0; round < 20000; ++round) {
    std::string bytes;
    for (auto frames = 1 + below(5); frames > 0; --frames) {
      const std::array<std::uint8_t, 8> firsts{0x81, 0x01, 0x80, 0x00, 0x89, 0x8a, 0x88, 0x82};
      std::string payload;
      for (auto size = below(4) == 0 ? below(300) : below(12); size > 0; --size)
        payload += static_cast<char>(below(5) == 0 ? below(256) : 'a' + below(26));
      bytes += masked(firsts[below(firsts.size() - (below(4) != 0 ? 1 : 0))], payload,
                      {static_cast<std::uint8_t>(below(256)), 1, 2, 3});
    }
    for (auto flips = below(3); flips > 0; --flips)
      bytes[below(bytes.size())] = static_cast<char>(below(256));
    const auto whole = parse(bytes, bytes.size());
    if (parse(bytes, 1) != whole || parse(bytes, 1 + below(20)) != whole)
      CAF_ERROR("round " << round << " depends on the cut");
  }
}

CAF_TEST(a close frame carries its code and what fits of the reason) {
  CAF_CHECK_EQUAL(close_frame(close_code::going_away, "bye"),
                  "\x88\x05\x03\xe9"
                  "bye");
  const auto cut = close_frame(close_code::try_again_later, std::string(300, 'x'));
  CAF_CHECK_EQUAL(cut.size(), 127u);
  CAF_CHECK_EQUAL(cut[1], '\x7d');
}

}  // namespace live_frame_codec_suite
