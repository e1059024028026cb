#include "bin/log_line.hpp"

#include "protocol/codec/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>
#include <vector>

namespace carillon {

namespace {

/// What a line may be about, in the order that its writers keep. Whatever stands before the first
/// of them may be a provider's words, and is not taken for more.
constexpr std::array<std::string_view, 4> subjects{"channel", "delivery_id", "event_id",
                                                   "trace_id"};

using log_member = std::pair<std::string_view, std::string_view>;

void add_member(std::string& to, std::string_view key, std::string_view text) {
  to.append(to.empty() ? "{" : ",").append("\"").append(key).append("\":");
  if (codec::is_utf8(text))
    codec::append_json_string(to, text);
  else
    to += nlohmann::json(std::string{text})
            .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// Takes `name=value` words off the end of a message.
std::vector<log_member> take_members(std::string_view& message) {
  std::vector<log_member> members;
  auto last = subjects.end();
  for (;;) {
    const auto space = message.rfind(' ');
    if (space == std::string_view::npos)
      break;
    const auto word = message.substr(space + 1);
    const auto equals = word.find('=');
    const auto name = std::find(subjects.begin(), last, word.substr(0, equals));
    if (equals == std::string_view::npos || name == last)
      break;
    members.emplace_back(*name, word.substr(equals + 1));
    last = name;
    message.remove_suffix(message.size() - space);
  }
  std::reverse(members.begin(), members.end());
  return members;
}

constexpr unsigned char byte_of(char c) {
  return static_cast<unsigned char>(c);
}

constexpr bool is_control(unsigned char c) {
  return c < 0x20 || c == 0x7f;
}

/// What ends a line or a paragraph in Unicode, and how that is escaped.
constexpr std::array<std::pair<std::string_view, std::string_view>, 2> separators{
  {{"\u2028", "\\u2028"}, {"\u2029", "\\u2029"}}};

/// Bytes that are unseemly, or begin characters of which some are.
constexpr bool is_suspect(char c) {
  const auto byte = byte_of(c);
  return is_control(byte) || byte == 0xc2 || byte == 0xe2;
}

/// The escape of the character that `text` begins with, and its size; none where it may stand.
std::pair<std::string_view, std::size_t> escape_of(std::string_view text,
                                                   std::array<char, 6>& room) {
  constexpr char digits[] = "0123456789abcdef";
  const auto first = byte_of(text.front());
  if (first == '\n')
    return {"\\n", 1};
  if (first == '\r')
    return {"\\r", 1};
  if (first == '\t')
    return {"\\t", 1};
  const auto second = text.size() > 1 ? byte_of(text[1]) : 0;
  const bool is_c1 = first == 0xc2 && second >= 0x80 && second < 0xa0;
  if (is_control(first) || is_c1) {
    const auto code = is_c1 ? second : first;
    room = {'\\', 'u', '0', '0', digits[code >> 4], digits[code & 15]};
    return {{room.data(), room.size()}, is_c1 ? 2U : 1U};
  }
  for (const auto& [separator, escape] : separators)
    if (text.starts_with(separator))
      return {escape, separator.size()};
  return {};
}

}  // namespace

std::string json_log_line(std::string_view time, std::string_view level, std::string_view message) {
  const auto members = take_members(message);
  std::string line;
  add_member(line, "time", time);
  add_member(line, "level", level);
  add_member(line, "message", message);
  for (const auto& [key, value] : members)
    add_member(line, key, value);
  line.push_back('}');
  return line;
}

std::string text_log_message(std::string_view message) {
  std::string out;
  out.reserve(message.size());
  while (!message.empty()) {
    const auto plain = std::ranges::find_if(message, is_suspect) - message.begin();
    out += message.substr(0, plain);
    message.remove_prefix(plain);
    if (message.empty())
      break;
    std::array<char, 6> room{};
    const auto [escape, size] = escape_of(message, room);
    out += size == 0 ? message.substr(0, 1) : escape;
    message.remove_prefix(size == 0 ? 1 : size);
  }
  return out;
}

}  // namespace carillon
