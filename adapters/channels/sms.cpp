#include "adapters/channels/sms.hpp"

#include "adapters/channels/json.hpp"
#include "adapters/channels/template_values.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace carillon::channels::sms {

namespace {

constexpr std::array<std::string_view, 2> reserved{"template_code", "template_params"};

constexpr std::chrono::hours china{8};

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

constexpr bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_mobile_of_china(std::string_view digits) {
  return digits.size() == 11 && digits.front() == '1' && std::ranges::all_of(digits, is_digit);
}

}  // namespace

result<filled_template> template_of(const content& words) {
  if (!words.template_id.empty())
    return filled_template{words.template_id, template_values(words, reserved)};
  auto code = text_in(object_in(words.data), "template_code");
  if (code.empty())
    return error{errc::invalid,
                 "the provider sends only by a template that it approved: give the template a "
                 "template_id, or the data a template_code"};
  // A member's order is its meaning where the provider counts.
  const auto data = nlohmann::ordered_json::parse(words.data, nullptr, false);
  auto filled_by = words;
  if (const auto params = data.find("template_params"); params != data.end())
    filled_by.params = params->dump();
  return filled_template{std::move(code), template_values(filled_by, reserved)};
}

bool is_one_time_password(const filled_template& what) {
  if (what.values.size() != 1)
    return false;
  const auto& code = what.values.front().second;
  return code.size() >= 4 && code.size() <= 8
         && std::ranges::all_of(code, [](char c) { return is_digit(c) || is_letter(c); });
}

std::string national(std::string_view phone) {
  std::string out;
  std::ranges::copy_if(phone, std::back_inserter(out), [](char c) {
    return std::string_view{" -()"}.find(c) == std::string::npos;
  });
  for (const std::string_view prefix : {"+86", "0086", "86"})
    if (out.starts_with(prefix) && is_mobile_of_china(std::string_view{out}.substr(prefix.size())))
      return out.substr(prefix.size());
  return out;
}

std::string international(std::string_view phone) {
  auto out = national(phone);
  return is_mobile_of_china(out) ? "+86" + out : out;
}

std::vector<scope_limit> limits_of(const std::string& whose, std::span<const window> windows) {
  std::vector<scope_limit> out;
  out.reserve(windows.size());
  for (const auto& [count, length] : windows)
    out.push_back({whose + "/" + std::to_string(std::chrono::floor<seconds>(length).count()) + "s",
                   {.count = count, .per = length, .burst = count}});
  return out;
}

milliseconds until_next_day(timestamp now) {
  const auto local = now + china;
  return std::chrono::floor<std::chrono::days>(local) + std::chrono::days{1} - local;
}

milliseconds until_next_month(timestamp now) {
  const auto local = now + china;
  const std::chrono::year_month_day today{std::chrono::floor<std::chrono::days>(local)};
  const auto first = today.year() / today.month() / 1 + std::chrono::months{1};
  return std::chrono::sys_days{first} - local;
}

}  // namespace carillon::channels::sms
