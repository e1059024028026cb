#include "protocol/codec/members.hpp"

#include "protocol/codec/record.hpp"
#include "protocol/codec/text.hpp"

#include <nlohmann/json.hpp>

#include <array>

namespace carillon::codec {

namespace {

/// Whether the escape of U+0000 is in a JSON text: not behind a backslash that is one itself.
bool has_zero(std::string_view json) {
  constexpr std::string_view escape = "\\u0000";
  for (auto at = json.find(escape); at != std::string_view::npos; at = json.find(escape, at + 1)) {
    const auto before = json.find_last_not_of('\\', at);
    if ((at - before) % 2 == 1)
      return true;
  }
  return false;
}

bool holds_zero(const nlohmann::json& x) {
  return x.is_string() && x.get_ref<const std::string&>().find('\0') != std::string::npos;
}

}  // namespace

std::string with_text_member(std::string object, std::string_view name, std::string_view text) {
  if (text.empty())
    return object;
  const std::array names{name};
  if (const auto read = read_json(object, {.depth = 1, .names = names, .outer = {}});
      !read || read->find(name) != nullptr)
    return object;
  std::string out = "{";
  append_json_string(out, name);
  out += ':';
  append_json_string(out, text);
  if (object != "{}")
    out += ',';
  return out.append(object, 1, std::string::npos);
}

std::string with_sorted_members(const std::string& object) {
  const auto read = nlohmann::json::parse(object, nullptr, false);
  return read.is_discarded() ? object : read.dump();
}

std::vector<std::string> places_of_zeros(const std::string& object, std::size_t most) {
  std::vector<std::string> out;
  if (!has_zero(object))
    return out;
  const auto flat = nlohmann::json::parse(object).flatten();
  for (const auto& [pointer, value] : flat.items())
    if (out.size() < most && (holds_zero(value) || pointer.find('\0') != std::string::npos))
      out.push_back(pointer);
  return out;
}

}  // namespace carillon::codec
