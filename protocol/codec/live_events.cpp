#include "protocol/codec/live_events.hpp"

#include "protocol/codec/operation.hpp"
#include "protocol/codec/text.hpp"
#include "protocol/codec/time.hpp"

#include <utility>

namespace carillon::codec {

namespace {

/// A JSON object written member by member.
class object {
 public:
  object& text(std::string_view name, std::string_view value) {
    key(name);
    append_json_string(out_, value);
    return *this;
  }
  object& raw(std::string_view name, std::string_view json) {
    key(name);
    out_ += json;
    return *this;
  }
  object& number(std::string_view name, std::int64_t value) {
    return raw(name, std::to_string(value));
  }

  /// `name` is a literal.
  live_event as_event(std::string_view name) { return {name, std::move(out_ += '}')}; }

 private:
  void key(std::string_view name) {
    if (out_.size() > 1)
      out_ += ',';
    append_json_string(out_, name);
    out_ += ':';
  }

  std::string out_{"{"};
};

std::string_view name_of(errc code) {
  switch (code) {
    case errc::malformed:
      return "malformed";
    case errc::unauthorized:
      return "unauthorized";
    case errc::forbidden:
      return "forbidden";
    case errc::not_found:
      return "not_found";
    case errc::conflict:
      return "conflict";
    case errc::too_large:
      return "too_large";
    case errc::invalid:
      return "invalid";
    case errc::busy:
      return "busy";
    case errc::unavailable:
      return "unavailable";
    case errc::internal:
      break;
  }
  return "internal";
}

std::string id_list(const std::vector<notification_id>& ids) {
  std::string out{"["};
  for (const auto& id : ids) {
    if (out.size() > 1)
      out += ',';
    append_json_string(out, to_text(id));
  }
  return out += ']';
}

}  // namespace

live_event hello_event(std::string_view session_id, std::string_view user_id, seconds heartbeat,
                       std::int64_t seq, std::int64_t unread) {
  return object{}
    .text("session_id", session_id)
    .text("user_id", user_id)
    .number("heartbeat_seconds", heartbeat.count())
    .number("seq", seq)
    .number("unread_count", unread)
    .as_event("hello");
}

live_event read_ack_event(std::string_view notification_id, timestamp at) {
  return object{}
    .text("notificationId", notification_id)
    .text("timestamp", rfc3339(at))
    .as_event("notification:read:ack");
}

live_event sync_event(const inbox_change& what) {
  object data;
  data.raw("ids", id_list(what.ids));
  if (what.all)
    data.raw("all", "true");
  data.raw(what.kind == mark_kind::remove ? "deleted" : "is_read", "true");
  return data.as_event("notification:sync");
}

live_event unread_count_event(std::int64_t unread) {
  return object{}.number("unread_count", unread).as_event("unread_count");
}

live_event resume_failed_event(std::int64_t oldest_seq) {
  return object{}.number("oldest_seq", oldest_seq).as_event("resume_failed");
}

live_event user_event(std::string_view user_id, bool online) {
  return object{}.text("userId", user_id).as_event(online ? "user:online" : "user:offline");
}

live_event bulk_progress_event(const batch_record& what, timestamp now) {
  return {"bulk_progress", batch_json(what, now)};
}

live_event token_expiring_event(timestamp at) {
  return object{}.text("at", rfc3339(at)).as_event("token_expiring");
}

live_event presence_changed_event(std::int64_t online) {
  return object{}.number("online", online).as_event("presence:changed");
}

live_event close_event(close_code code, std::string_view reason) {
  return object{}
    .number("code", static_cast<std::int64_t>(code))
    .text("reason", reason)
    .as_event("close");
}

live_event error_event(const error& why) {
  return object{}.text("code", name_of(why.code)).text("message", why.detail).as_event("error");
}

}  // namespace carillon::codec
