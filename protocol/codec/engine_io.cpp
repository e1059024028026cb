#include "protocol/codec/engine_io.hpp"

#include "protocol/codec/frames.hpp"
#include "protocol/codec/text.hpp"

#include <algorithm>

namespace carillon::codec {

namespace {

/// A server's frame, taken apart.
struct server_frame {
  std::uint8_t opcode;
  std::string_view payload;
  std::size_t size;  ///< with its header
};

server_frame read_server_frame(std::string_view bytes) {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::size_t>(static_cast<std::uint8_t>(bytes[i]));
  };
  std::size_t length = byte(1);
  std::size_t header = 2;
  if (length >= 126) {
    const std::size_t wide = length == 126 ? 2 : 8;
    length = 0;
    for (std::size_t i = 0; i < wide; ++i)
      length = length << 8 | byte(header + i);
    header += wide;
  }
  return {static_cast<std::uint8_t>(byte(0) & 0x0f), bytes.substr(header, length), header + length};
}

std::string_view message_of(engine_fault why) {
  switch (why) {
    case engine_fault::unknown_transport:
      return "Transport unknown";
    case engine_fault::unknown_session:
      return "Session ID unknown";
    case engine_fault::bad_method:
      return "Bad handshake method";
    case engine_fault::bad_request:
      return "Bad request";
    case engine_fault::forbidden:
      return "Forbidden";
    case engine_fault::unsupported_version:
      break;
  }
  return "Unsupported protocol version";
}

}  // namespace

std::optional<engine_packet> read_engine_packet(std::string_view text) {
  constexpr std::string_view kinds{"0123456b"};
  if (text.empty() || kinds.find(text.front()) == kinds.npos)
    return std::nullopt;
  return engine_packet{static_cast<engine_kind>(text.front()), text.substr(1)};
}

std::optional<std::vector<engine_packet>> read_engine_packets(std::string_view body) {
  std::vector<engine_packet> out;
  for (std::size_t start = 0; start <= body.size();) {
    const auto end = std::min(body.find(engine_separator, start), body.size());
    const auto packet = read_engine_packet(body.substr(start, end - start));
    if (!packet)
      return std::nullopt;
    out.push_back(*packet);
    start = end + 1;
  }
  return out;
}

std::string engine_text(engine_kind is, std::string_view data) {
  std::string out;
  out.reserve(data.size() + 1);
  out += static_cast<char>(is);
  out += data;
  return out;
}

std::string engine_open(const engine_opening& what) {
  std::string data{R"({"sid":)"};
  append_json_string(data, what.sid);
  data += what.upgradable ? R"(,"upgrades":["websocket"])" : R"(,"upgrades":[])";
  data.append(R"(,"pingInterval":)").append(std::to_string(what.ping_interval.count()));
  data.append(R"(,"pingTimeout":)").append(std::to_string(what.ping_timeout.count()));
  data.append(R"(,"maxPayload":)").append(std::to_string(what.max_payload)).append("}");
  return engine_text(engine_kind::open, data);
}

void append_polled(std::string& body, std::string_view frames) {
  while (!frames.empty()) {
    const auto frame = read_server_frame(frames);
    frames.remove_prefix(frame.size);
    if (frame.opcode != opcode_text)
      continue;
    if (!body.empty())
      body += engine_separator;
    body += frame.payload;
  }
}

std::string engine_fault_json(engine_fault why) {
  std::string out{R"({"code":)"};
  out += std::to_string(static_cast<int>(why));
  out += R"(,"message":)";
  append_json_string(out, message_of(why));
  return out += '}';
}

}  // namespace carillon::codec
