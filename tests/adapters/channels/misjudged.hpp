#pragma once

#include "protocol/channel.hpp"
#include "tests/adapters/channels/vectors.hpp"

#include <cmath>
#include <string>
#include <vector>

namespace carillon::test {

/// What of `wanted` (as a `classify/*` vector expects it) an outcome is not; empty where it is all.
inline std::string objection(const outcome& came, const nlohmann::json& wanted) {
  const auto got = came.error_class == error_class::none ? std::string{"ok"}
                                                         : std::string{to_string(came.error_class)};
  if (got != wanted["class"].get<std::string>())
    return "is " + got;
  const auto wait = wanted.value("retry_after_s", nlohmann::json{});
  if (wait.is_number() && came.wait.count() != std::lround(1000 * wait.get<double>()))
    return "waits " + std::to_string(came.wait.count()) + " ms";
  if (wanted.contains("scope") && came.wait_is_own != (wanted["scope"] == "recipient"))
    return "has the wrong scope";
  const auto id = wanted.value("provider_message_id", nlohmann::json{});
  if (id.is_string() && id != came.provider_message_id)
    return "has the id " + came.provider_message_id;
  return {};
}

/// The cases of the vectors that a channel reads otherwise than they say, each with how.
inline std::vector<std::string> misjudged(const channel& aut,
                                          const std::vector<nlohmann::json>& vectors,
                                          timestamp now = {}) {
  std::vector<std::string> out;
  for (const auto& one : vectors) {
    const auto came = aut.judge(response_of<response>(one["input"]), now);
    if (const auto why = objection(came, one["expected"]); !why.empty())
      out.push_back(one["case"].get<std::string>() + " " + why);
  }
  return out;
}

}  // namespace carillon::test
