#include "protocol/codec/event_story.hpp"

#include "protocol/codec/delivery.hpp"
#include "protocol/codec/notification.hpp"
#include "protocol/codec/operation.hpp"
#include "protocol/codec/text.hpp"
#include "protocol/codec/time.hpp"

#include <algorithm>
#include <string_view>

namespace carillon::codec {

namespace {

void begin(std::string& out, std::string_view name) {
  if (out.back() != '{' && out.back() != '[')
    out += ',';
  out.append("\"").append(name).append("\":");
}

void put_text(std::string& out, std::string_view name, std::string_view text) {
  begin(out, name);
  append_json_string_or_null(out, text);
}

void put_time(std::string& out, std::string_view name, const std::optional<timestamp>& at) {
  put_text(out, name, at ? rfc3339(*at) : std::string{});
}

void put_texts(std::string& out, std::string_view name, const std::vector<std::string>& all) {
  begin(out, name);
  out += '[';
  for (const auto& one : all) {
    if (out.back() != '[')
      out += ',';
    append_json_string(out, one);
  }
  out += ']';
}

template <class List, class Append>
void put_list(std::string& out, std::string_view name, const List& all, Append append) {
  begin(out, name);
  out += '[';
  for (const auto& one : all) {
    if (out.back() != '[')
      out += ',';
    append(one);
  }
  out += ']';
}

void append_notification_story(std::string& out, const event_notification& x) {
  const auto& what = *x.what;
  out += '{';
  put_text(out, "id", to_text(what.id));
  put_text(out, "title", what.title);
  put_text(out, "user_id", what.to.user_id);
  put_text(out, "role", what.to.role);
  put_text(out, "store_id", what.to.store_id);
  put_time(out, "visible_at", what.seq > 0 ? std::optional{what.visible_at} : std::nullopt);
  put_time(out, "pushed_at", x.suppressed ? std::nullopt : x.pushed_at);
  begin(out, "suppressed");
  out += x.suppressed ? "true" : "false";
  put_list(out, "read_by", x.readers, [&](const event_notification::reader& one) {
    out += '{';
    put_text(out, "user_id", one.user_id);
    put_time(out, "read_at", one.read_at);
    out += '}';
  });
  out += '}';
}

void append_rehearsed(std::string& out, const delivery& x) {
  out += '{';
  put_text(out, "channel", x.channel);
  put_text(out, "recipient", x.recipient.empty() ? x.user_id : x.recipient);
  put_text(out, "status", to_string(x.status));
  if (!x.reason.empty())
    put_text(out, "reason", x.reason);
  out += '}';
}

}  // namespace

std::string event_story_json(const event_story& story, timestamp now) {
  const auto& what = story.what;
  std::string out = "{";
  put_text(out, "id", to_text(what.id));
  put_text(out, "type", what.type);
  put_text(out, "source", what.source);
  put_text(out, "entity_id", what.entity_id);
  put_text(out, "sub_id", what.sub_id);
  put_texts(out, "recipients", what.recipients);
  begin(out, "data");
  out += what.data;
  put_text(out, "priority", what.priority ? to_string(*what.priority) : std::string_view{});
  put_text(out, "locale", what.locale);
  put_text(out, "trace_id", what.trace_id);
  put_text(out, "subject", what.subject);
  put_time(out, "occurred_at", what.occurred_at);
  put_time(out, "created_at", what.created_at);
  put_texts(out, "routes", what.routes);
  put_list(out, "deliveries", story.deliveries,
           [&](const delivery_story& x) { out += delivery_story_json(x); });
  put_list(out, "notifications", story.notifications,
           [&](const event_notification& x) { append_notification_story(out, x); });
  if (story.bulk) {
    begin(out, "batch");
    out += batch_json(*story.bulk, now);
  }
  return out += '}';
}

std::string dry_run_json(const acceptance& what) {
  std::string out = "{";
  const auto shown =
    std::ranges::find_if(what.plan, [](const planned& x) { return x.inbox != nullptr; });
  if (shown != what.plan.end()) {
    begin(out, "notification");
    append_notification(out, *shown->inbox);
  }
  put_list(out, "deliveries", what.done.deliveries,
           [&](const delivery_ptr& x) { append_rehearsed(out, *x); });
  return out += '}';
}

}  // namespace carillon::codec
