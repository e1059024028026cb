#include "protocol/codec/cloudevents.hpp"

#include "protocol/codec/body.hpp"
#include "protocol/codec/stable_hash.hpp"
#include "protocol/codec/trace.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

namespace carillon::codec {

namespace {

constexpr std::array<std::string_view, 13> attribute_names{
  "specversion", "id",        "source",   "type",   "subject", "time",       "data",
  "data_base64", "recipient", "priority", "locale", "subid",   "traceparent"};

/// Sources are URIs.
constexpr std::size_t max_source = 2048;

std::string required(const fields& in, std::string_view name, std::size_t most) {
  if (!in.has(name))
    in.note(name, "is required");
  return in.text(name, most);
}

event_draft read_cloudevent(const fields& in) {
  event_draft draft;
  auto& to = draft.what;
  const auto version = required(in, "specversion", max_id);
  if (!version.empty() && version != "1.0")
    in.note("specversion", "must be 1.0");
  const auto id = required(in, "id", max_source);
  to.source = required(in, "source", max_source);
  to.type = in.required_id("type");
  to.entity_id = in.id("subject");
  to.sub_id = in.id("subid");
  to.occurred_at = in.time("time").value_or(timestamp{});
  if (auto one = in.text("recipient", max_address); !one.empty())
    to.recipients.push_back(std::move(one));
  to.priority = in.word("priority", parse_priority, "low, normal, high, urgent");
  to.locale = in.id("locale");
  to.trace_id = trace_id_of(in.text("traceparent", max_id));
  if (in.has("data_base64"))
    in.note("data_base64", "is not taken: the data must be an object in data");
  if (in.has("data"))
    to.data = in.data("data");
  draft.idempotency_key = "cloudevent-" + stable_hash(to.source + '\0' + id);
  draft.alike = likeness::event;
  return draft;
}

/// Undoes the percent-encoding of a header's value; what is no escape stays.
std::string from_header(std::string_view value) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9')
      return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  };
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const bool escape = value[i] == '%' && i + 2 < value.size() && digit(value[i + 1]) >= 0
                        && digit(value[i + 2]) >= 0;
    if (escape) {
      out += static_cast<char>(digit(value[i + 1]) * 16 + digit(value[i + 2]));
      i += 2;
    } else {
      out += value[i];
    }
  }
  return out;
}

}  // namespace

result<event_draft> decode_cloudevent(std::string_view body) {
  return read_body(body, {.names = attribute_names, .outer = {}}, read_cloudevent);
}

result<std::vector<event_draft>> decode_cloudevents(std::string_view body) {
  auto root = read_json(body, {.depth = 2, .names = attribute_names, .outer = {}});
  if (!root)
    return std::move(root).error();
  std::vector<fault> faults;
  std::vector<event_draft> drafts;
  if (root->is != json_value::kind::array)
    faults.push_back({"", "must be a list"});
  else if (root->more)
    faults.push_back({"", "must have at most " + std::to_string(max_items) + " elements"});
  for (std::size_t i = 0; i < root->items.size(); ++i) {
    auto prefix = "/" + std::to_string(i);
    if (root->items[i].is == json_value::kind::object)
      drafts.push_back(read_cloudevent(fields{root->items[i], std::move(prefix), faults}));
    else
      faults.push_back({std::move(prefix), "must be an object"});
  }
  if (!faults.empty())
    return invalid_body(std::move(faults));
  return drafts;
}

result<event_draft> decode_cloudevent(
  const std::vector<std::pair<std::string_view, std::string_view>>& attributes,
  std::string_view body) {
  json_value record{.is = json_value::kind::object};
  for (const auto& [name, value] : attributes) {
    record.names.push_back(name);
    record.items.push_back({.is = json_value::kind::string, .text = from_header(value)});
  }
  if (!body.empty()) {
    auto data = read_json(body, {.depth = 0, .names = {}, .outer = {}});
    if (!data)
      return std::move(data).error();
    record.names.emplace_back("data");
    record.items.push_back(std::move(*data));
  }
  std::vector<fault> faults;
  auto draft = read_cloudevent(fields{record, "", faults});
  if (!faults.empty())
    return invalid_body(std::move(faults));
  return draft;
}

}  // namespace carillon::codec
