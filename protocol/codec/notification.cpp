#include "protocol/codec/notification.hpp"

#include "protocol/codec/text.hpp"
#include "protocol/codec/time.hpp"

namespace carillon::codec {

namespace {

void append_time_or_null(std::string& out, const std::optional<timestamp>& at) {
  if (!at) {
    out += "null";
    return;
  }
  out += '"';
  append_rfc3339(out, *at);
  out += '"';
}

}  // namespace

void append_notification(std::string& out, const notification& what,
                         std::optional<timestamp> read_at) {
  out.reserve(out.size() + what.title.size() + what.message.size() + what.extra_data.size() + 512);
  out += R"({"id":")";
  out += to_text(what.id);
  out += R"(","title":)";
  append_json_string(out, what.title);
  out += R"(,"message":)";
  append_json_string(out, what.message);
  out += R"(,"type":")";
  out += to_string(what.type);
  out += R"(","priority":")";
  out += to_string(what.priority);
  out += R"(","user_id":)";
  append_json_string_or_null(out, what.to.user_id);
  out += R"(,"role":)";
  append_json_string_or_null(out, what.to.role);
  out += R"(,"store_id":)";
  append_json_string_or_null(out, what.to.store_id);
  out += read_at ? R"(,"is_read":true,"read_at":)" : R"(,"is_read":false,"read_at":)";
  append_time_or_null(out, read_at);
  out += R"(,"extra_data":)";
  out += what.extra_data.empty() ? "null" : what.extra_data;
  out += R"(,"source":)";
  append_json_string_or_null(out, what.source);
  out += R"(,"group_key":)";
  append_json_string_or_null(out, what.group_key);
  out += R"(,"created_at":)";
  append_time_or_null(out, what.created_at);
  out += R"(,"expires_at":)";
  append_time_or_null(out, what.expires_at);
  out += R"(,"seq":)";
  out += what.seq == 0 ? "null" : std::to_string(what.seq);
  out += '}';
}

void append_item(std::string& out, const inbox_item& item) {
  append_notification(out, *item.what, item.read_at);
  if (item.suppressed) {
    out.pop_back();
    out += R"(,"suppressed":true})";
  }
  if (item.group) {
    out.pop_back();
    out += R"(,"group_count":)" + std::to_string(item.group->count);
    out += R"(,"group_unread_count":)" + std::to_string(item.group->unread) + '}';
  }
}

std::string created_json(const notification& what, bool duplicate) {
  std::string out;
  append_notification(out, what);
  if (duplicate) {
    out.pop_back();
    out += R"(,"duplicate":true})";
  }
  return out;
}

}  // namespace carillon::codec
