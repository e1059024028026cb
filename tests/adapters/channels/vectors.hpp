#pragma once

#include <nlohmann/json.hpp>

#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace carillon::test {

/// The provider facts of one channel whose case begins with `prefix`, from `vectors.json`: inputs
/// and the outputs that the providers' own tools gave.
inline std::vector<nlohmann::json> vectors(std::string_view channel, std::string_view prefix) {
  std::ifstream in{std::string{CARILLON_SOURCE_DIR} + "/tests/adapters/channels/vectors.json"};
  std::vector<nlohmann::json> out;
  for (auto& entry : nlohmann::json::parse(in))
    if (entry["channel"] == channel && entry["case"].get<std::string>().starts_with(prefix))
      out.push_back(entry);
  return out;
}

/// A response as a `classify/*` vector describes it.
template <class Response>
Response response_of(const nlohmann::json& input) {
  Response out;
  out.status = input["http_status"];
  if (input.contains("body_raw"))
    out.body = input["body_raw"];
  else if (input.contains("body") && !input["body"].is_null())
    out.body = input["body"].is_string() ? input["body"].get<std::string>() : input["body"].dump();
  if (input.contains("headers"))
    for (auto& [name, value] : input["headers"].items())
      out.headers.emplace_back(name, value.template get<std::string>());
  return out;
}

}  // namespace carillon::test
