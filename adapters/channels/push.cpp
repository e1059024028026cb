#include "adapters/channels/push.hpp"

#include "adapters/channels/json.hpp"
#include "adapters/channels/robot.hpp"
#include "protocol/codec/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace carillon::channels {

namespace {

constexpr std::array<std::string_view, 6> wishes{"ttl_seconds", "collapse_key", "image",
                                                 "sound",       "badge",        "cid"};
constexpr std::size_t text_min = 200;

}  // namespace

push_wishes push_wishes_in(const nlohmann::json& data) {
  return {.collapse_key = text_in(data, "collapse_key"),
          .image = text_in(data, "image"),
          .sound = text_in(data, "sound"),
          .badge = integer_in(data, "badge") ? text_in(data, "badge") : std::string{},
          .cid = text_in(data, "cid")};
}

nlohmann::json app_data(const nlohmann::json& data) {
  auto out = data;
  for (auto name : wishes)
    out.erase(std::string{name});
  return out;
}

seconds time_to_live(const delivery& what, const nlohmann::json& data, timestamp now,
                     seconds most) {
  if (auto asked = integer_in(data, "ttl_seconds"))
    return seconds{std::clamp<std::int64_t>(*asked, 0, most.count())};
  if (what.expires_at - now >= most)
    return most;
  return std::max(std::chrono::floor<seconds>(what.expires_at - now), seconds{0});
}

std::string fitted_push(
  const delivery& what, const nlohmann::json& data, std::size_t most,
  const std::function<std::string(std::string_view text, const nlohmann::json& data)>& build) {
  const auto& text = what.content.text;
  auto own = app_data(data);
  if (build(codec::cut(text, text_min), own).size() > most)
    own = nlohmann::json::object();
  return fitted(text, most, [&](std::string_view kept) { return build(kept, own); });
}

}  // namespace carillon::channels
