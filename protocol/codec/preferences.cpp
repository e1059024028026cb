#include "protocol/codec/preferences.hpp"

#include "protocol/codec/body.hpp"
#include "protocol/codec/level.hpp"
#include "protocol/codec/text.hpp"
#include "protocol/rules/quiet.hpp"
#include "protocol/words.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace carillon::codec {

namespace {

constexpr words<7> day_words{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

constexpr std::array<std::string_view, 2> preference_members{"rules", "do_not_disturb"};
constexpr std::array<std::string_view, 4> rule_members{"type", "source", "channel", "enabled"};
constexpr std::array<std::string_view, 2> quiet_members{"time_zone", "windows"};
constexpr std::array<std::string_view, 3> window_members{"days", "from", "to"};

/// `22:00` as the time since midnight.
std::optional<std::chrono::minutes> time_of_day(std::string_view text) {
  constexpr std::string_view form = "00:00";
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.size() != form.size())
    return {};
  for (std::size_t i = 0; i < form.size(); ++i)
    if (form[i] == ':' ? text[i] != ':' : !digit(text[i]))
      return {};
  const int hours = (text[0] - '0') * 10 + text[1] - '0';
  const int minutes = (text[3] - '0') * 10 + text[4] - '0';
  if (hours > 23 || minutes > 59)
    return {};
  return std::chrono::minutes{hours * 60 + minutes};
}

/// An object inside the document, taken apart; nothing where it is none, which is noted.
std::optional<json_value> object_in(const fields& in, const json_value& what,
                                    std::string_view place,
                                    std::span<const std::string_view> members) {
  if (what.is == json_value::kind::object)
    return *read_json(what.text, {.names = members, .outer = {}, .strict = true});
  in.note(place, "must be an object");
  return {};
}

preference_rule read_rule(const fields& in, const text_check& objection) {
  in.refuse_unknown();
  preference_rule out;
  out.type = in.word("type", parse_type, "info, success, warning, error, alert");
  out.source = in.id("source");
  if (auto channel = in.id("channel"); !channel.empty())
    out.channel = own_name(std::move(channel), objection);
  out.enabled = in.required_flag("enabled").value_or(true);
  return out;
}

std::vector<std::chrono::weekday> read_days(const fields& in) {
  std::vector<std::chrono::weekday> out;
  if (!in.has("days"))
    in.note("days", "is required");
  const auto* days = in.list("days", day_words.size());
  if (days == nullptr)
    return out;
  if (days->empty())
    in.note("days", "must name at least one day");
  for (std::size_t i = 0; i < days->size(); ++i) {
    const auto& word = (*days)[i].text;
    const auto found = std::ranges::find(day_words, word);
    if ((*days)[i].is != json_value::kind::string || found == day_words.end()) {
      in.note("days/" + std::to_string(i), "must be one of mon, tue, wed, thu, fri, sat, sun");
      continue;
    }
    const std::chrono::weekday day{static_cast<unsigned>(found - day_words.begin())};
    if (std::ranges::find(out, day) == out.end())
      out.push_back(day);
  }
  return out;
}

std::chrono::minutes read_time_of_day(const fields& in, std::string_view name) {
  const auto* x = in.value(name);
  if (x == nullptr) {
    in.note(name, "is required");
    return {};
  }
  const auto at = x->is == json_value::kind::string ? time_of_day(x->text) : std::nullopt;
  if (!at)
    in.note(name, "must be a time of day from 00:00 to 23:59");
  return at.value_or(std::chrono::minutes{0});
}

quiet_times read_quiet_times(const fields& in) {
  in.refuse_unknown();
  quiet_times out;
  out.time_zone = in.required_id("time_zone");
  if (!out.time_zone.empty())
    out.zone = rules::find_time_zone(out.time_zone);
  if (!out.time_zone.empty() && out.zone == nullptr)
    in.note("time_zone", "is not a time zone known here, such as Asia/Shanghai");
  if (!in.has("windows"))
    in.note("windows", "is required");
  const auto* windows = in.list("windows", max_quiet_windows);
  for (std::size_t i = 0; windows != nullptr && i < windows->size(); ++i) {
    const auto place = "windows/" + std::to_string(i);
    const auto record = object_in(in, (*windows)[i], place, window_members);
    if (!record)
      continue;
    const auto window = in.within(*record, place);
    window.refuse_unknown();
    out.windows.push_back(
      {read_days(window), read_time_of_day(window, "from"), read_time_of_day(window, "to")});
  }
  return out;
}

preferences read_document(const fields& in, const text_check& objection) {
  in.refuse_unknown();
  preferences out;
  const auto* rules = in.list("rules", max_preference_rules);
  for (std::size_t i = 0; rules != nullptr && i < rules->size(); ++i) {
    const auto place = "rules/" + std::to_string(i);
    if (const auto record = object_in(in, (*rules)[i], place, rule_members))
      out.rules.push_back(read_rule(in.within(*record, place), objection));
  }
  if (const auto* quiet = in.value("do_not_disturb"))
    if (const auto record = object_in(in, *quiet, "do_not_disturb", quiet_members))
      out.do_not_disturb = read_quiet_times(in.within(*record, "do_not_disturb"));
  return out;
}

void append_member(std::string& out, std::string_view name, std::string_view value) {
  if (out.back() != '{')
    out += ',';
  out.append("\"").append(name).append("\":");
  append_json_string(out, value);
}

void append_time_of_day(std::string& out, std::string_view name, std::chrono::minutes at) {
  const auto two = [](std::int64_t n) {
    return std::string{static_cast<char>('0' + n / 10), static_cast<char>('0' + n % 10)};
  };
  append_member(out, name, two(at.count() / 60) + ':' + two(at.count() % 60));
}

void append_rule(std::string& out, const preference_rule& rule) {
  out += '{';
  if (rule.type)
    append_member(out, "type", to_string(*rule.type));
  if (!rule.source.empty())
    append_member(out, "source", rule.source);
  if (!rule.channel.empty())
    append_member(out, "channel", rule.channel);
  out += out.back() == '{' ? "" : ",";
  out += rule.enabled ? R"("enabled":true})" : R"("enabled":false})";
}

void append_window(std::string& out, const quiet_window& window) {
  out += R"({"days":[)";
  for (const auto day : window.days) {
    out += out.back() == '[' ? "\"" : ",\"";
    out += day_words.at(day.c_encoding());
    out += '"';
  }
  out += ']';
  append_time_of_day(out, "from", window.from);
  append_time_of_day(out, "to", window.to);
  out += '}';
}

}  // namespace

result<preferences> decode_preferences(std::string_view body, const text_check& objection) {
  return read_body(body, {.names = preference_members, .outer = {}, .strict = true},
                   [&](const fields& in) { return read_document(in, objection); });
}

std::string preferences_json(const preferences& what) {
  std::string out = R"({"rules":[)";
  for (const auto& rule : what.rules) {
    out += out.back() == '[' ? "" : ",";
    append_rule(out, rule);
  }
  out += R"(],"do_not_disturb":)";
  if (!what.do_not_disturb) {
    out += "null}";
    return out;
  }
  out += '{';
  append_member(out, "time_zone", what.do_not_disturb->time_zone);
  out += R"(,"windows":[)";
  for (const auto& window : what.do_not_disturb->windows) {
    out += out.back() == '[' ? "" : ",";
    append_window(out, window);
  }
  out += "]}}";
  return out;
}

}  // namespace carillon::codec
