#include "storage/json_text.hpp"

#include <nlohmann/json.hpp>

namespace carillon::storage {

using nlohmann::json;

std::string text_of(const std::vector<std::string>& list) {
  return json(list).dump();
}

std::vector<std::string> strings_of(const std::string& text) {
  return text.empty() ? std::vector<std::string>{}
                      : json::parse(text).get<std::vector<std::string>>();
}

std::string text_of(const std::vector<failover_step>& steps) {
  if (steps.empty())
    return {};
  auto list = json::array();
  for (const auto& x : steps)
    list.push_back({{"channel", x.channel},
                    {"recipient", x.recipient},
                    {"max_attempts", x.max_attempts},
                    {"max_age_ms", x.max_age.count()}});
  return list.dump();
}

std::vector<failover_step> steps_of(const std::string& text) {
  std::vector<failover_step> steps;
  if (text.empty())
    return steps;
  for (const auto& x : json::parse(text))
    steps.push_back({x.at("channel").get<std::string>(), x.at("recipient").get<std::string>(),
                     x.at("max_attempts").get<int>(),
                     milliseconds{x.at("max_age_ms").get<std::int64_t>()}});
  return steps;
}

}  // namespace carillon::storage
