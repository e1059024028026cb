#include "protocol/rules/sinks.hpp"

#include "protocol/codec/delivery.hpp"
#include "protocol/codec/text.hpp"

#include <string>

namespace carillon::rules {

namespace {

bool hears_of(const sink& to, const delivery& ended) {
  if (ended.channel.starts_with(sink_prefix))
    return false;
  return (to.sent && ended.status == delivery_status::delivered)
         || (to.dead && ended.status == delivery_status::dead);
}

/// The record of the delivery, with the words of webhooks for what it was about before it.
std::string record_of(const delivery& ended) {
  std::string out = R"({"delivery_id":")" + to_text(ended.id) + R"(","event":)";
  codec::append_json_string(out, ended.content.type);
  out += R"(,"title":)";
  codec::append_json_string(out, ended.content.title);
  std::string record;
  codec::append_delivery(record, ended);
  out.append(",").append(record, 1);
  return out;
}

}  // namespace

std::optional<delivery> publish(const sink& to, const delivery& ended, timestamp now,
                                const delivery_id& fresh) {
  if (!hears_of(to, ended))
    return std::nullopt;
  delivery out;
  out.id = fresh;
  out.channel = to.channel;
  out.max_attempts = to.max_attempts;
  out.due_at = now;
  out.expires_at = now + to.max_age;
  out.trace_id = ended.trace_id;
  out.content.type =
    ended.status == delivery_status::delivered ? "notification.sent" : "notification.dead";
  out.content.data = record_of(ended);
  out.created_at = now;
  return out;
}

}  // namespace carillon::rules
