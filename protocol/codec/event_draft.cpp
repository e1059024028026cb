#include "protocol/codec/drafts.hpp"
#include "protocol/codec/fields.hpp"
#include "protocol/codec/record.hpp"
#include "protocol/codec/text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace carillon::codec {

namespace {

constexpr std::array<std::string_view, 18> event_members{
  "type", "source", "entity_id", "sub_id", "recipient", "recipients", "data", "priority",
  "idempotency_key", "locale", "occurred_at",
  // what the seeds' producers write instead
  "eventType", "entityId", "entityType", "payload", "level", "dedupeKey", "title"};

/// The seeds' levels beside our own words.
std::optional<priority> priority_of_level(std::string_view text) {
  std::string level{text};
  std::ranges::transform(level, level.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  if (level == "debug" || level == "info" || level == "success")
    return priority::normal;
  if (level == "warning" || level == "warn" || level == "error")
    return priority::high;
  if (level == "critical" || level == "fatal" || level == "alert")
    return priority::urgent;
  return parse_priority(level);
}

std::optional<priority> read_priority(const fields& in) {
  if (in.either("priority", "level") == "level")
    return in.word("level", priority_of_level, "info, warning, error, critical");
  return in.word("priority", parse_priority, "low, normal, high, urgent");
}

/// `recipient` and `recipients` together, each once.
std::vector<std::string> read_recipients(const fields& in) {
  auto all = in.texts("recipients", max_address).value_or(std::vector<std::string>{});
  auto one = in.text("recipient", max_address);
  if (!one.empty() && std::ranges::find(all, one) == all.end())
    all.insert(all.begin(), std::move(one));
  return all;
}

/// A title beside the data is the data's own where that has none.
std::string with_title(std::string data, const std::string& title) {
  if (title.empty() || data.empty())
    return data;
  static constexpr std::array<std::string_view, 1> names{"title"};
  if (const auto read = read_json(data, {.depth = 1, .names = names, .outer = {}});
      !read || read->find("title") != nullptr)
    return data;
  std::string out = R"({"title":)";
  append_json_string(out, title);
  if (data != "{}")
    out += ',';
  return out.append(data, 1, std::string::npos);
}

event_draft read_event(const fields& in) {
  event_draft draft;
  auto& to = draft.what;
  to.type = in.required_id(in.either("type", "eventType"));
  to.source = in.id_or_empty("source");
  to.entity_id = in.id(in.either("entity_id", "entityId"));
  to.sub_id = in.id(in.either("sub_id", "entityType"));
  to.recipients = read_recipients(in);
  to.data = with_title(in.required_object(in.either("data", "payload")),
                       in.has("title") ? in.required_text("title", 1, max_title_characters) : "");
  to.priority = read_priority(in);
  to.locale = in.id_or_empty("locale");
  to.occurred_at = in.time("occurred_at").value_or(timestamp{});
  draft.idempotency_key = in.id(in.either("idempotency_key", "dedupeKey"));
  return draft;
}

}  // namespace

result<event_draft> decode_event(std::string_view body) {
  auto root = read_json(body, {.depth = 1, .names = event_members, .outer = {}});
  if (!root)
    return std::move(root).error();
  std::vector<fault> faults;
  event_draft draft;
  if (root->is == json_value::kind::object)
    draft = read_event(fields{*root, "", faults});
  else
    faults.push_back({"", "must be an object"});
  if (!faults.empty())
    return error{errc::invalid, "the body breaks the rules named in errors", std::move(faults)};
  return draft;
}

}  // namespace carillon::codec
