#include "storage/json_text.hpp"

#include <nlohmann/json.hpp>

namespace carillon::storage {

using nlohmann::json;

namespace {

json json_of(const content& x) {
  return {{"type", x.type},    {"title", x.title}, {"text", x.text},
          {"data", x.data},    {"html", x.html},   {"template_id", x.template_id},
          {"params", x.params}};
}

content content_of(const json& x) {
  const auto text = [&](const char* key) { return x.at(key).get<std::string>(); };
  return {text("type"), text("title"),       text("text"),  text("data"),
          text("html"), text("template_id"), text("params")};
}

}  // namespace

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
  for (const auto& x : steps) {
    auto& step = list.emplace_back(json{{"channel", x.channel},
                                        {"recipient", x.recipient},
                                        {"max_attempts", x.max_attempts},
                                        {"max_age_ms", x.max_age.count()}});
    if (x.content)
      step["content"] = json_of(*x.content);
  }
  return list.dump();
}

std::vector<failover_step> steps_of(const std::string& text) {
  std::vector<failover_step> steps;
  if (text.empty())
    return steps;
  for (const auto& x : json::parse(text)) {
    auto& step = steps.emplace_back();
    step.channel = x.at("channel").get<std::string>();
    step.recipient = x.at("recipient").get<std::string>();
    step.max_attempts = x.at("max_attempts").get<int>();
    step.max_age = milliseconds{x.at("max_age_ms").get<std::int64_t>()};
    if (const auto own = x.find("content"); own != x.end())
      step.content = content_of(*own);
  }
  return steps;
}

}  // namespace carillon::storage
