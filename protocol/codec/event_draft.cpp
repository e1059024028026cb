#include "protocol/codec/body.hpp"
#include "protocol/codec/drafts.hpp"
#include "protocol/codec/level.hpp"
#include "protocol/codec/members.hpp"
#include "protocol/codec/stable_hash.hpp"
#include "protocol/codec/trace.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace carillon::codec {

namespace {

constexpr auto event_members = std::to_array<std::string_view>(
  {"type", "source", "entity_id", "sub_id", "recipient", "recipients", "data", "priority",
   "idempotency_key", "locale", "occurred_at",
   // what the seeds' producers write instead
   "eventType", "event_type", "entityId", "entityType", "subId", "payload", "level", "dedupeKey",
   "idempotencyKey", "occurredAt", "title", "event_id", "trace_id", "retry_count"});

/// A level says how urgent it is, where no priority does, and what its inbox rows are.
void read_urgency(const fields& in, event_draft& to) {
  to.what.priority = in.word("priority", parse_priority, "low, normal, high, urgent");
  const auto grave = in.word("level", parse_level, "info, success, warning, error, critical");
  if (!grave)
    return;
  to.type = grave->type;
  if (!in.has("priority"))
    to.what.priority = grave->priority;
}

/// A user named as `{"user_id"}`: an address has no place here, for the routes say on which
/// channels.
std::string read_user(const fields& in, const std::string& object) {
  static constexpr std::array<std::string_view, 1> names{"user_id"};
  const auto user = read_json(object, {.depth = 1, .names = names, .outer = {}, .strict = true});
  if (!user) {
    in.note("recipient", user.error().detail);
    return {};
  }
  const auto inside = in.within(*user, "recipient");
  inside.refuse_unknown();
  return inside.required_id("user_id");
}

std::string read_recipient(const fields& in) {
  const auto* given = in.value("recipient");
  return given != nullptr && given->is == json_value::kind::object
           ? read_user(in, given->text)
           : in.text("recipient", max_address);
}

/// `recipient` and `recipients` together, each once.
std::vector<std::string> read_recipients(const fields& in) {
  auto all = in.texts("recipients", max_address).value_or(std::vector<std::string>{});
  auto one = read_recipient(in);
  if (!one.empty() && std::ranges::find(all, one) == all.end())
    all.insert(all.begin(), std::move(one));
  return all;
}

/// A title beside the data is the data's own where that has none.
std::string read_data(const fields& in) {
  auto data = in.required_data(in.either("data", "payload"));
  const auto title =
    in.has("title") ? in.required_text("title", 1, max_title_characters) : std::string{};
  return data.empty() ? data : with_text_member(std::move(data), "title", title);
}

/// The key its producer gave it, else what its producer calls it: a queue hands an event out again
/// with another count of tries.
void read_key(const fields& in, event_draft& to) {
  const auto key = in.either("idempotency_key", "idempotencyKey", "dedupeKey");
  to.idempotency_key = in.id(key);
  to.alike = key == "dedupeKey" ? likeness::key : likeness::body;
  const auto name = in.id_or_empty("event_id");
  if (in.has(key) || name.empty())
    return;
  to.idempotency_key = "event-" + stable_hash(to.what.source + '\0' + name);
  to.alike = likeness::event;
}

event_draft read_event(const fields& in) {
  in.refuse_unknown();
  event_draft draft;
  auto& to = draft.what;
  to.type = in.required_id(in.either("type", "eventType", "event_type"));
  to.source = in.id_or_empty("source");
  to.entity_id = in.id(in.either("entity_id", "entityId"));
  to.sub_id = in.id(in.either("sub_id", "subId", "entityType"));
  to.recipients = read_recipients(in);
  to.data = read_data(in);
  read_urgency(in, draft);
  to.locale = in.id_or_empty("locale");
  to.occurred_at = in.time(in.either("occurred_at", "occurredAt")).value_or(timestamp{});
  to.trace_id = trace_id_from(in.id_or_empty("trace_id"));
  read_key(in, draft);
  return draft;
}

}  // namespace

result<event_draft> decode_event(std::string_view body) {
  return read_body(body, {.names = event_members, .outer = {}, .strict = true}, read_event);
}

}  // namespace carillon::codec
