#include "protocol/codec/socket_io.hpp"

#include "protocol/codec/text.hpp"
#include "protocol/codec/time.hpp"

#include <algorithm>
#include <charconv>

namespace carillon::codec {

namespace {

/// Takes the number that `text` begins with, if any; false where it is too large.
bool take_number(std::string_view& text, std::optional<std::uint64_t>& into) {
  std::uint64_t number = 0;
  const auto [stop, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed == std::errc::result_out_of_range)
    return false;
  if (failed == std::errc{}) {
    into = number;
    text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
  }
  return true;
}

/// Takes the namespace and its comma; a packet without data may end without one.
std::string_view take_space(std::string_view& text) {
  if (!text.starts_with('/'))
    return default_space;
  const auto end = std::min(text.find(','), text.size());
  const auto space = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return space;
}

bool is_binary(socket_kind x) {
  return x == socket_kind::binary_event || x == socket_kind::binary_ack;
}

}  // namespace

std::optional<socket_packet> read_socket_packet(std::string_view text) {
  if (text.empty() || text.front() < '0' || text.front() > '6')
    return std::nullopt;
  socket_packet out;
  out.is = static_cast<socket_kind>(text.front() - '0');
  text.remove_prefix(1);
  if (is_binary(out.is)) {
    std::optional<std::uint64_t> attachments;
    if (!take_number(text, attachments) || !attachments || !text.starts_with('-'))
      return std::nullopt;
    text.remove_prefix(1);
  }
  out.space = take_space(text);
  if (!take_number(text, out.ack))
    return std::nullopt;
  out.data = text;
  return out;
}

std::string socket_connected(std::string_view sid, std::string_view pid) {
  std::string out{R"(40{"sid":)"};
  append_json_string(out, sid);
  out += R"(,"pid":)";
  append_json_string(out, pid);
  return out += '}';
}

std::string socket_refused(std::string_view space, std::string_view message,
                           std::string_view data_json) {
  std::string out{"44"};
  if (space != default_space)
    out.append(space).append(",");
  out += R"({"message":)";
  append_json_string(out, message);
  if (!data_json.empty())
    out.append(R"(,"data":)").append(data_json);
  return out += '}';
}

std::string socket_disconnect() {
  return "41";
}

std::string socket_event(std::string_view name, std::string_view data_json,
                         std::string_view offset) {
  std::string out;
  out.reserve(name.size() + data_json.size() + offset.size() + 16);
  out += "42[";
  append_json_string(out, name);
  out += ',';
  out += data_json;
  if (!offset.empty()) {
    out += ',';
    append_json_string(out, offset);
  }
  return out += ']';
}

std::string socket_ack(std::uint64_t id, std::string_view data_json) {
  std::string out{"43"};
  out += std::to_string(id);
  out += '[';
  out += data_json;
  return out += ']';
}

std::string socket_notification(std::string_view json, const notification& what) {
  json.remove_suffix(1);
  std::string both;
  both.reserve(json.size() + what.message.size() + 64);
  both += json;
  both += R"(,"body":)";
  append_json_string(both, what.message);
  both += R"(,"createdAt":")";
  append_rfc3339(both, what.created_at);
  both += R"("})";
  return socket_event("notification", both, std::to_string(what.seq));
}

}  // namespace carillon::codec
