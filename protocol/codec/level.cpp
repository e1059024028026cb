#include "protocol/codec/level.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace carillon::codec {

namespace {

constexpr std::array<std::pair<std::string_view, level>, 9> levels{{
  {"debug", {priority::normal, notification_type::info}},
  {"info", {priority::normal, notification_type::info}},
  {"success", {priority::normal, notification_type::success}},
  {"warning", {priority::high, notification_type::warning}},
  {"warn", {priority::high, notification_type::warning}},
  {"error", {priority::high, notification_type::error}},
  {"critical", {priority::urgent, notification_type::alert}},
  {"fatal", {priority::urgent, notification_type::alert}},
  {"alert", {priority::urgent, notification_type::alert}},
}};

std::string in_small_letters(std::string_view text) {
  std::string word{text};
  std::ranges::transform(word, word.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return word;
}

}  // namespace

std::optional<notification_type> parse_type(std::string_view text) {
  const auto word = in_small_letters(text);
  return word == "system" ? notification_type::info : parse_notification_type(word);
}

std::optional<level> parse_level(std::string_view text) {
  const auto word = in_small_letters(text);
  const auto known =
    std::ranges::find(levels, word, [](const auto& x) -> std::string_view { return x.first; });
  if (known != levels.end())
    return known->second;
  const auto own = parse_priority(word);
  return own ? std::optional{level{*own, notification_type::info}} : std::nullopt;
}

}  // namespace carillon::codec
