#include "protocol/codec/frames.hpp"

#include "protocol/codec/text.hpp"

#include <algorithm>

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

std::string server_sent_event(std::string_view event, std::string_view data,
                              std::optional<std::int64_t> id) {
  std::string out;
  out.reserve(event.size() + data.size() + 48);
  out.append("event: ").append(event);
  if (id)
    out.append("\nid: ").append(std::to_string(*id));
  // A line ends with CR LF, LF or CR, and a reader joins lines with LF: the same blank to JSON.
  for (std::size_t start = 0; start <= data.size();) {
    const auto end = std::min(data.find_first_of("\r\n", start), data.size());
    out.append("\ndata: ").append(data.substr(start, end - start));
    start = end + (data.substr(end, 2) == "\r\n" ? 2 : 1);
  }
  return out += "\n\n";
}

}  // namespace carillon::codec
