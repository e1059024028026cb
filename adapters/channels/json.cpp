#include "adapters/channels/json.hpp"

#include <nlohmann/json.hpp>

#include <limits>
#include <utility>

namespace carillon::channels {

namespace {

using nlohmann::json;

const json* member(const json& object, const char* name) {
  if (!object.is_object())
    return nullptr;
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

std::string text_of(const json& value) {
  if (value.is_string())
    return value.get<std::string>();
  return value.is_number_integer() ? value.dump() : std::string{};
}

}  // namespace

http_request json_post(std::string url, std::string body, milliseconds timeout) {
  return {.url = std::move(url),
          .headers = {{"Content-Type", "application/json; charset=utf-8"}},
          .body = std::move(body),
          .timeout = timeout};
}

json object_in(std::string_view text) {
  auto out = json::parse(text, nullptr, false);
  return out.is_object() ? out : json::object();
}

std::string text_in(const json& object, const char* name) {
  const auto* found = member(object, name);
  return found == nullptr ? std::string{} : text_of(*found);
}

std::vector<std::string> texts_in(const json& object, const char* name) {
  std::vector<std::string> out;
  const auto* found = member(object, name);
  if (found == nullptr || !found->is_array())
    return out;
  for (const auto& one : *found)
    if (auto text = text_of(one); !text.empty())
      out.push_back(std::move(text));
  return out;
}

std::optional<std::int64_t> integer_in(const json& object, const char* name) {
  const auto* found = member(object, name);
  if (found == nullptr || !found->is_number_integer())
    return std::nullopt;
  if (found->is_number_unsigned()
      && found->get<std::uint64_t>() > std::uint64_t{std::numeric_limits<std::int64_t>::max()})
    return std::nullopt;
  return found->get<std::int64_t>();
}

bool flag_in(const json& object, const char* name) {
  const auto* found = member(object, name);
  return found != nullptr && *found == true;
}

}  // namespace carillon::channels
