#include "protocol/rules/event_words.hpp"

#include "protocol/codec/text.hpp"
#include "protocol/codec/time.hpp"
#include "protocol/rules/when_tree.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace carillon::rules {

namespace {

using nlohmann::ordered_json;

constexpr std::size_t most_title = 200;
constexpr std::size_t most_words = 10'000;

std::string without_zeros(std::string text) {
  std::erase(text, '\0');
  return text;
}

ordered_json members_of(const std::string& text) {
  auto out = ordered_json::parse(text, nullptr, false);
  return out.is_object() ? out : ordered_json::object();
}

ordered_json told_of(const event& what) {
  const auto data = members_of(what.data);
  auto out = data;
  const auto add = [&](const char* name, ordered_json value) {
    if (!out.contains(name))
      out[name] = std::move(value);
  };
  add("event_id", to_text(what.id));
  add("type", what.type);
  if (!what.entity_id.empty())
    add("entity_id", what.entity_id);
  add("occurred_at", codec::rfc3339(what.occurred_at));
  add("data", data);
  return out;
}

}  // namespace

event_words words_of(const event& what, const when_facts& facts) {
  const auto& data = facts.root().root.at("data");
  const auto text_at = [&](const char* name) {
    const auto found = data.find(name);
    return found != data.end() && found->is_string() ? without_zeros(found->get<std::string>())
                                                     : std::string{};
  };
  event_words out{text_at("title"), text_at("message")};
  if (out.title.empty())
    out.title = what.type;
  if (out.text.empty())
    out.text = text_at("content");
  if (out.text.empty())
    out.text = what.data;
  out.title = codec::cut_characters(out.title, most_title);
  out.text = codec::cut_characters(out.text, most_words);
  return out;
}

event_words words_of(const collection& what) {
  event_words out;
  for (const auto& one : what.events) {
    auto own = words_of(one, when_facts{one});
    out.title = std::move(own.title);
    if (!out.text.empty())
      out.text += '\n';
    out.text += own.text;
  }
  if (what.count > 1) {
    const auto number = " (" + std::to_string(what.count) + ')';
    out.title = codec::cut_characters(out.title, most_title - number.size()) + number;
  }
  out.text = codec::cut_characters(out.text, most_words);
  return out;
}

std::string data_of(const collection& what) {
  std::vector<ordered_json> told;
  std::size_t bytes = 0;
  for (auto one = what.events.rbegin(); one != what.events.rend(); ++one) {
    bytes += one->data.size();
    if (!told.empty() && bytes > most_collected_bytes)
      break;
    told.push_back(told_of(*one));
  }
  std::ranges::reverse(told);
  auto out = what.events.empty() ? ordered_json::object() : members_of(what.events.back().data);
  out["count"] = what.count;
  out["events"] = std::move(told);
  return out.dump();
}

}  // namespace carillon::rules
