#include "adapters/channels/template_values.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>

namespace carillon::channels {

namespace {

using nlohmann::ordered_json;

std::optional<std::string> scalar(const ordered_json& value) {
  if (value.is_string())
    return value.get<std::string>();
  if (value.is_number() || value.is_boolean())
    return value.dump();
  return std::nullopt;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> template_values(
  const content& words, std::span<const std::string_view> reserved) {
  std::vector<std::pair<std::string, std::string>> out;
  const bool own = !words.params.empty();
  const auto from = ordered_json::parse(own ? words.params : words.data, nullptr, false);
  if (from.is_array()) {
    for (std::size_t i = 0; i < from.size(); ++i)
      out.emplace_back(std::to_string(i + 1), scalar(from[i]).value_or(std::string{}));
  } else if (from.is_object()) {
    for (const auto& [name, value] : from.items())
      if (own || std::ranges::find(reserved, name) == reserved.end())
        if (auto text = scalar(value))
          out.emplace_back(name, std::move(*text));
  }
  return out;
}

}  // namespace carillon::channels
