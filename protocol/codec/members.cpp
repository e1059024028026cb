#include "protocol/codec/members.hpp"

#include "protocol/codec/record.hpp"
#include "protocol/codec/text.hpp"

#include <nlohmann/json.hpp>

#include <array>

namespace carillon::codec {

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

}  // namespace carillon::codec
