#include "protocol/rules/durations.hpp"

#include "protocol/codec/text.hpp"
#include "protocol/rules/backoff.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <utility>

namespace carillon::rules {

namespace {

constexpr milliseconds longest = std::chrono::hours{24 * 3650};

constexpr std::array<std::pair<std::string_view, milliseconds>, 6> units{{
  {"ms", milliseconds{1}},
  {"s", seconds{1}},
  {"m", std::chrono::minutes{1}},
  {"min", std::chrono::minutes{1}},
  {"h", std::chrono::hours{1}},
  {"d", std::chrono::hours{24}},
}};

std::optional<milliseconds> parse_unit(std::string_view text) {
  for (auto& [name, length] : units)
    if (name == text)
      return length;
  return std::nullopt;
}

/// Takes the leading decimal number off `text`; signs are not numbers here.
std::optional<std::int64_t> take_number(std::string_view& text) {
  if (text.empty() || text.front() < '0' || text.front() > '9')
    return std::nullopt;
  std::int64_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc{})
    return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

}  // namespace

std::optional<milliseconds> parse_duration(std::string_view text) {
  const auto count = take_number(text);
  const auto unit = parse_unit(text);
  if (!count || !unit || *count > longest / *unit)
    return std::nullopt;
  return *count * *unit;
}

std::optional<std::optional<rate_limit>> parse_rate(std::string_view text) {
  if (text == "off")
    return std::optional<rate_limit>{};
  const auto count = take_number(text);
  if (!count || *count < 1 || *count > std::numeric_limits<int>::max() || !text.starts_with('/'))
    return std::nullopt;
  text.remove_prefix(1);
  const auto per = parse_unit(text) ? parse_unit(text) : parse_duration(text);
  if (!per || per->count() < 1)
    return std::nullopt;
  return rate_limit{.count = static_cast<int>(*count), .per = *per};
}

std::optional<retry_policy> parse_schedule(std::string_view text) {
  if (auto preset = find_preset(text))
    return preset;
  retry_policy policy;
  for (;;) {
    const auto comma = text.find(',');
    const auto wait = parse_duration(codec::trimmed(text.substr(0, comma)));
    if (!wait)
      return std::nullopt;
    policy.schedule.push_back(*wait);
    if (comma == std::string_view::npos)
      break;
    text.remove_prefix(comma + 1);
  }
  policy.max_attempts = static_cast<int>(policy.schedule.size()) + 1;
  return policy;
}

std::string to_text(milliseconds x) {
  constexpr std::array<std::pair<std::string_view, milliseconds>, 3> shown{
    {{"h", std::chrono::hours{1}}, {"m", std::chrono::minutes{1}}, {"s", seconds{1}}}};
  for (const auto& [unit, length] : shown)
    if (x.count() != 0 && x % length == milliseconds::zero())
      return std::to_string(x / length).append(unit);
  return x.count() == 0 ? "0s" : std::to_string(x.count()) + "ms";
}

std::string to_text(const std::optional<rate_limit>& x) {
  if (!x)
    return "off";
  auto per = to_text(x->per);
  if (per == "1m")
    per = "min";
  else if (per.starts_with('1') && parse_unit(std::string_view{per}.substr(1)))
    per.erase(0, 1);
  return std::to_string(x->count) + '/' + per;
}

std::string schedule_text(const retry_policy& x) {
  std::string text;
  for (const auto wait : x.schedule)
    text.append(text.empty() ? "" : ",").append(to_text(wait));
  return text;
}

}  // namespace carillon::rules
