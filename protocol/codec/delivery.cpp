#include "protocol/codec/delivery.hpp"

#include "protocol/codec/text.hpp"
#include "protocol/codec/time.hpp"

namespace carillon::codec {

namespace {

/// Members of one JSON object, each appended with its name; names are written as they are.
class members {
 public:
  explicit members(std::string& out) : out_(out) { out_ += '{'; }

  void text(std::string_view name, std::string_view value) {
    begin(name);
    append_json_string_or_null(out_, value);
  }

  void word(std::string_view name, std::string_view value) {
    begin(name);
    out_ += '"';
    out_ += value;
    out_ += '"';
  }

  void number(std::string_view name, std::int64_t value) {
    begin(name);
    out_ += std::to_string(value);
  }

  void time(std::string_view name, const std::optional<timestamp>& at) {
    at ? word(name, rfc3339(*at)) : null(name);
  }

  template <id_kind Kind>
  void id(std::string_view name, const std::optional<carillon::id<Kind>>& value) {
    value ? word(name, to_text(*value)) : null(name);
  }

  void error(std::string_view name, error_class value) {
    value == error_class::none ? null(name) : word(name, to_string(value));
  }

  void null(std::string_view name) {
    begin(name);
    out_ += "null";
  }

  void begin(std::string_view name) {
    if (out_.back() != '{')
      out_ += ',';
    out_ += '"';
    out_ += name;
    out_ += "\":";
  }

  void end() { out_ += '}'; }

 private:
  std::string& out_;
};

bool waits(delivery_status x) {
  return x == delivery_status::pending || x == delivery_status::retrying;
}

void append_members(members& to, const delivery& x) {
  to.id("id", x.id == delivery_id{} ? std::nullopt : std::optional{x.id});
  to.id("event_id", x.event);
  to.id("notification_id", x.notification);
  to.text("event_type", x.event ? x.content.type : std::string{});
  to.text("channel", x.channel);
  to.text("recipient", x.recipient);
  to.text("user_id", x.user_id);
  to.word("status", to_string(x.status));
  to.text("reason", x.reason);
  to.word("priority", to_string(x.priority));
  to.number("attempts", x.attempts);
  to.number("max_attempts", x.max_attempts);
  to.time("next_attempt_at", waits(x.status) ? std::optional{x.due_at} : std::nullopt);
  to.text("last_error", x.last_error);
  to.error("error_class", x.error_class);
  to.text("provider_message_id", x.provider_message_id);
  to.text("trace_id", x.trace_id);
  to.id("failover_of", x.failover_of);
  to.id("failed_over_to", x.failed_over_to);
  to.time("created_at", x.created_at);
  to.time("sent_at", x.sent_at);
}

void append_attempt(std::string& out, const attempt& x) {
  members to{out};
  to.number("number", x.number);
  to.time("started_at", x.started_at);
  to.number("duration_ms", x.duration.count());
  to.word("outcome", to_string(x.outcome));
  to.error("error_class", x.error_class);
  to.text("provider_code", x.provider_code);
  to.text("excerpt", x.excerpt);
  to.end();
}

}  // namespace

void append_delivery(std::string& out, const delivery& what) {
  members to{out};
  append_members(to, what);
  to.end();
}

std::string delivery_story_json(const delivery_story& story) {
  std::string out;
  members to{out};
  append_members(to, *story.what);
  to.begin("attempt_log");
  out += '[';
  for (std::size_t i = 0; i < story.attempts.size(); ++i) {
    if (i > 0)
      out += ',';
    append_attempt(out, story.attempts[i]);
  }
  out += ']';
  to.end();
  return out;
}

std::string accepted_json(const accepted& what) {
  std::string out;
  members to{out};
  to.word("event_id", to_text(what.id));
  to.word("status", what.duplicate ? "duplicate" : "accepted");
  to.begin("deliveries");
  out += '[';
  for (std::size_t i = 0; i < what.deliveries.size(); ++i) {
    if (i > 0)
      out += ',';
    append_delivery(out, *what.deliveries[i]);
  }
  out += ']';
  if (what.bulk)
    to.word("batch_id", to_text(*what.bulk));
  to.end();
  return out;
}

}  // namespace carillon::codec
