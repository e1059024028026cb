#include "protocol/codec/drafts.hpp"

#include "protocol/codec/body.hpp"
#include "protocol/codec/fields.hpp"
#include "protocol/codec/level.hpp"
#include "protocol/codec/members.hpp"
#include "protocol/codec/record.hpp"

#include <array>
#include <span>
#include <utility>

namespace carillon::codec {

namespace {

using kind = json_value::kind;

constexpr auto notification_members = std::to_array<std::string_view>(
  {"title", "message", "type", "priority", "user_id", "role", "store_id", "extra_data", "source",
   "channels", "locale", "deliver_at", "dedupe_key", "group_key", "expires_at",
   // what the seeds' producers write instead
   "body", "userId", "storeId", "extraData", "metadata", "payload", "deliverAt", "dedupeKey",
   "groupKey", "expiresAt", "level", "eventType", "entityType", "entityId",
   // what an answer or a push says beside these: one of them may be posted as it came
   "id", "is_read", "read_at", "created_at", "createdAt", "seq", "suppressed", "duplicate",
   "group_count", "group_unread_count"});

/// An empty id is a fault: taken for none it would tell everybody what was meant for one.
audience read_audience(const fields& in) {
  audience to{in.id(in.either("user_id", "userId")), in.id("role"),
              in.id(in.either("store_id", "storeId"))};
  if (to.personal())
    to.role = to.store_id = {};
  return to;
}

/// What a notification has no place of its own for is kept with its data.
std::string read_extra_data(const fields& in) {
  auto data = in.object(in.either("extra_data", "extraData", "payload", "metadata"));
  for (const auto* name : {"entityId", "entityType", "eventType"})
    if (const auto text = in.id_or_empty(name); !text.empty())
      data = with_text_member(data.empty() ? "{}" : std::move(data), name, text);
  return data;
}

notification_draft read_notification(const fields& in, timestamp now, const text_check& objection) {
  in.refuse_unknown();
  notification_draft draft;
  auto& to = draft.what;
  to.title = in.required_text("title", 1, max_title_characters);
  to.message = in.required_text(in.either("message", "body"), 0, max_message_characters);
  const auto grave =
    in.word("level", parse_level, "info, success, warning, error, critical").value_or(level{});
  to.type =
    in.word("type", parse_type, "info, success, warning, error, alert").value_or(grave.type);
  to.priority =
    in.word("priority", parse_priority, "low, normal, high, urgent").value_or(grave.priority);
  to.to = read_audience(in);
  to.extra_data = read_extra_data(in);
  to.source = in.id_or_empty("source");
  to.group_key = in.id(in.either("group_key", "groupKey"));
  to.dedupe_key = in.id(in.either("dedupe_key", "dedupeKey"));
  to.expires_at = in.time(in.either("expires_at", "expiresAt"));
  to.deliver_at = in.time(in.either("deliver_at", "deliverAt"));
  to.created_at = now;
  if (auto named = read_channels(in, "channels", objection))
    draft.channels = std::move(*named);
  draft.locale = in.id_or_empty("locale");
  return draft;
}

/// The elements a body must hold under that name, `least` of them; what is not so is noted.
std::span<const json_value> required_list(const fields& in, std::string_view name,
                                          std::size_t least = 0) {
  const auto* list = in.value(name);
  if (list == nullptr) {
    in.note(name, "is required");
    return {};
  }
  if (list->is != kind::array) {
    in.note(name, "must be a list");
    return {};
  }
  if (list->more)
    in.note(name, "must have at most " + std::to_string(max_items) + " elements");
  if (list->items.size() < least)
    in.note(name, "must have at least one element");
  return list->items;
}

}  // namespace

result<notification_draft> decode_notification(std::string_view body, timestamp now,
                                               const text_check& objection) {
  return read_body(body, {.names = notification_members, .outer = {}, .strict = true},
                   [&](const fields& in) { return read_notification(in, now, objection); });
}

result<std::vector<notification_draft>> decode_batch(std::string_view body, timestamp now,
                                                     const text_check& objection) {
  static constexpr std::array<std::string_view, 1> outer{"notifications"};
  const record_shape shape{
    .depth = 3, .names = notification_members, .outer = outer, .strict = true};
  return read_body(body, shape, [&](const fields& in) {
    std::vector<notification_draft> drafts;
    const auto all = required_list(in, "notifications", 1);
    drafts.reserve(all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
      const auto place = "notifications/" + std::to_string(i);
      if (all[i].is == kind::object)
        drafts.push_back(read_notification(in.within(all[i], place), now, objection));
      else
        in.note(place, "must be an object");
    }
    return drafts;
  });
}

result<std::vector<notification_id>> decode_ids(std::string_view body) {
  static constexpr std::array<std::string_view, 1> names{"ids"};
  return read_body(body, {.depth = 1, .names = names, .outer = {}}, [](const fields& in) {
    std::vector<notification_id> ids;
    const auto all = required_list(in, "ids");
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i].is != kind::string)
        in.note("ids/" + std::to_string(i), "must be text");
      else if (auto id = parse_id<notification_id>(all[i].text))
        ids.push_back(*id);
    }
    return ids;
  });
}

}  // namespace carillon::codec
