#include "adapters/channels/wechat_template.hpp"

#include "adapters/channels/json.hpp"
#include "adapters/channels/template_values.hpp"
#include "protocol/codec/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace carillon::channels::wechat {

namespace {

/// A kind of key: how many characters it takes, and the mark behind what is cut, where its alphabet
/// has one.
struct kind {
  std::string_view name{};
  std::size_t most{0};
  std::string_view mark{};
};

constexpr std::array kinds{
  kind{"thing", 20, "…"},    kind{"character_string", 32, "..."},
  kind{"number", 32, ""},    kind{"letter", 32, ""},
  kind{"symbol", 5, ""},     kind{"phrase", 5, ""},
  kind{"name", 10, ""},      kind{"phone_number", 17, ""},
  kind{"car_number", 8, ""},
};

/// A name in letters may be twice as long as one in Chinese.
constexpr std::size_t name_in_letters = 20;

/// Members of the data that are no values.
constexpr std::array<std::string_view, 9> reserved{
  "template_id", "url",        "miniprogram", "page",   "miniprogram_state",
  "lang",        "at_mobiles", "msg_type",    "at_all",
};

bool is_ascii(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

}  // namespace

std::string fitted_value(std::string_view key, std::string_view value) {
  const auto name = key.substr(0, key.find_last_not_of("0123456789") + 1);
  const auto found = std::ranges::find(kinds, name, &kind::name);
  if (found == kinds.end())
    return std::string{value};
  const bool in_letters = name == "name" && is_ascii(value);
  return codec::cut_characters(value, in_letters ? name_in_letters : found->most, found->mark);
}

result<std::string> template_id(const content& words, const nlohmann::json& data) {
  auto out = words.template_id.empty() ? text_in(data, "template_id") : words.template_id;
  if (out.empty())
    return error{errc::invalid, "the message names no template of WeChat's (template_id)"};
  return out;
}

result<nlohmann::ordered_json> template_data(const content& words) {
  auto out = nlohmann::ordered_json::object();
  for (const auto& [key, value] : template_values(words, reserved)) {
    if (value.empty())
      return error{errc::invalid, "the value of " + key + " is empty, which WeChat refuses"};
    out[key] = {{"value", fitted_value(key, value)}};
  }
  return {boost::system::in_place_value, std::move(out)};
}

}  // namespace carillon::channels::wechat
