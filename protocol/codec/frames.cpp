#include "protocol/codec/frames.hpp"

#include "protocol/codec/text.hpp"

namespace carillon::codec {

std::string websocket_frame(std::uint8_t opcode, std::string_view payload) {
  constexpr std::uint8_t final_fragment = 0x80;
  std::string out;
  out.reserve(payload.size() + 10);
  const auto byte = [&](std::uint64_t x) { out.push_back(static_cast<char>(x & 0xff)); };
  const auto size = static_cast<std::uint64_t>(payload.size());
  byte(final_fragment | opcode);
  if (size < 126) {
    byte(size);
  } else if (size <= 0xffff) {
    byte(126);
    byte(size >> 8);
    byte(size);
  } else {
    byte(127);
    for (int shift = 56; shift >= 0; shift -= 8)
      byte(size >> shift);
  }
  out += payload;
  return out;
}

std::string envelope(std::string_view event, std::string_view data_json) {
  std::string out;
  out.reserve(event.size() + data_json.size() + 24);
  out += "{\"event\":";
  append_json_string(out, event);
  out += ",\"data\":";
  out += data_json;
  out += '}';
  return out;
}

}  // namespace carillon::codec
