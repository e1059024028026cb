#include "protocol/codec/drafts.hpp"

#include "protocol/codec/channel_name.hpp"
#include "protocol/codec/fields.hpp"
#include "protocol/codec/record.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace carillon::codec {

namespace {

using kind = json_value::kind;

constexpr std::array<std::string_view, 15> notification_members{
  "title",  "message",    "type",       "priority",  "user_id",
  "role",   "store_id",   "extra_data", "source",    "channels",
  "locale", "deliver_at", "dedupe_key", "group_key", "expires_at"};

error invalid(std::vector<fault> faults) {
  return {errc::invalid, "the body breaks the rules named in errors", std::move(faults)};
}

/// The seeds write `SYSTEM` for what we call `info`.
std::optional<notification_type> type_or_alias(std::string_view text) {
  return text == "SYSTEM" ? notification_type::info : parse_notification_type(text);
}

/// An empty id is a fault: taken for none it would tell everybody what was meant for one.
audience read_audience(const fields& in) {
  audience to{in.id("user_id"), in.id("role"), in.id("store_id")};
  if (to.personal())
    to.role = to.store_id = {};
  return to;
}

std::vector<std::string> read_channels(const fields& in) {
  auto named = in.texts("channels", max_id, 1);
  if (!named)
    return {"system"};
  return with_own_names(std::move(*named));
}

notification_draft read_notification(const fields& in, timestamp now) {
  notification_draft draft;
  auto& to = draft.what;
  to.title = in.required_text("title", 1, max_title_characters);
  to.message = in.required_text("message", 0, max_message_characters);
  to.type = in.word("type", type_or_alias, "info, success, warning, error, alert")
              .value_or(notification_type::info);
  to.priority =
    in.word("priority", parse_priority, "low, normal, high, urgent").value_or(priority::normal);
  to.to = read_audience(in);
  to.extra_data = in.object("extra_data");
  to.source = in.id_or_empty("source");
  to.group_key = in.id("group_key");
  to.dedupe_key = in.id("dedupe_key");
  to.expires_at = in.time("expires_at");
  to.deliver_at = in.time("deliver_at");
  to.created_at = now;
  draft.channels = read_channels(in);
  draft.locale = in.id_or_empty("locale");
  return draft;
}

/// The list a body must hold under that name; null, and a fault, where there is none.
const json_value* required_list(const json_value& root, std::string_view name,
                                std::vector<fault>& faults) {
  const fields in{root, "", faults};
  const auto* list = root.find(name);
  if (list == nullptr || list->is == kind::null) {
    in.note(name, "is required");
    return nullptr;
  }
  if (list->is != kind::array) {
    in.note(name, "must be a list");
    return nullptr;
  }
  if (list->more)
    in.note(name, "must have at most " + std::to_string(max_items) + " elements");
  return list;
}

error not_an_object() {
  return invalid({{"", "must be an object"}});
}

}  // namespace

std::vector<std::string> with_own_names(std::vector<std::string> channels) {
  std::vector<std::string> out;
  out.reserve(channels.size());
  for (auto& name : channels) {
    if (name == "websocket")
      name = "system";
    else if (name == "push")
      name = "app_push";
    if (std::ranges::find(out, name) == out.end())
      out.push_back(std::move(name));
  }
  return out;
}

result<notification_draft> decode_notification(std::string_view body, timestamp now) {
  auto root = read_json(body, {.depth = 1, .names = notification_members, .outer = {}});
  if (!root)
    return std::move(root).error();
  if (root->is != kind::object)
    return not_an_object();
  std::vector<fault> faults;
  auto draft = read_notification(fields{*root, "", faults}, now);
  if (!faults.empty())
    return invalid(std::move(faults));
  return draft;
}

result<std::vector<notification_draft>> decode_batch(std::string_view body, timestamp now) {
  static constexpr std::array<std::string_view, 1> outer{"notifications"};
  auto root = read_json(body, {.depth = 3, .names = notification_members, .outer = outer});
  if (!root)
    return std::move(root).error();
  if (root->is != kind::object)
    return not_an_object();
  std::vector<fault> faults;
  std::vector<notification_draft> drafts;
  if (const auto* list = required_list(*root, "notifications", faults)) {
    if (list->items.empty())
      faults.push_back({"/notifications", "must have at least one element"});
    drafts.reserve(list->items.size());
    for (std::size_t i = 0; i < list->items.size(); ++i) {
      auto prefix = "/notifications/" + std::to_string(i);
      if (list->items[i].is == kind::object)
        drafts.push_back(read_notification(fields{list->items[i], std::move(prefix), faults}, now));
      else
        faults.push_back({std::move(prefix), "must be an object"});
    }
  }
  if (!faults.empty())
    return invalid(std::move(faults));
  return drafts;
}

result<std::vector<notification_id>> decode_ids(std::string_view body) {
  static constexpr std::array<std::string_view, 1> names{"ids"};
  auto root = read_json(body, {.depth = 1, .names = names, .outer = {}});
  if (!root)
    return std::move(root).error();
  if (root->is != kind::object)
    return not_an_object();
  std::vector<fault> faults;
  std::vector<notification_id> ids;
  if (const auto* list = required_list(*root, "ids", faults))
    for (std::size_t i = 0; i < list->items.size(); ++i) {
      const auto& item = list->items[i];
      if (item.is != kind::string)
        faults.push_back({"/ids/" + std::to_string(i), "must be text"});
      else if (auto id = parse_id<notification_id>(item.text))
        ids.push_back(*id);
    }
  if (!faults.empty())
    return invalid(std::move(faults));
  return ids;
}

}  // namespace carillon::codec
