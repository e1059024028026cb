#include "adapters/http/api/ask.hpp"
#include "adapters/http/api/handlers.hpp"
#include "adapters/http/query_string.hpp"
#include "protocol/codec/text.hpp"
#include "protocol/codec/time.hpp"

#include <string>
#include <utility>

namespace carillon::http::api {

namespace {

void append_line(std::string& out, const audit_entry& x) {
  out += R"({"id":")" + to_text(x.id) + R"(","at":")";
  codec::append_rfc3339(out, x.at);
  out += R"(","subject":)";
  codec::append_json_string(out, x.subject);
  out += R"(,"action":)";
  codec::append_json_string(out, x.action);
  out += R"(,"object":)";
  codec::append_json_string(out, x.object);
  out += R"(,"detail":)";
  out += x.detail.empty() ? "null" : x.detail;
  out += '}';
}

reply page_of_lines(const audit_page& page) {
  reply out;
  out.body = R"({"items":[)";
  for (const auto& line : page.items) {
    if (&line != &page.items.front())
      out.body += ',';
    append_line(out.body, line);
  }
  out.body += R"(],"next":)";
  out.body += page.next ? '"' + to_text(*page.next) + '"' : "null";
  out.body += '}';
  return out;
}

}  // namespace

void list_audit(const call& c) {
  query_string asked{c.in.head.query};
  carillon::list_audit what;
  what.subject = asked.text("subject");
  what.action = asked.key("action");
  what.object = asked.text("object");
  what.since = asked.time("since");
  what.until = asked.time("until");
  what.before = asked.parsed("cursor", parse_id<audit_id>, "the `next` of the page before");
  what.limit = static_cast<int>(asked.number("limit", 1, 100).value_or(50));
  if (const auto why = asked.fault())
    return c.answer(*why);
  what.reply = c.answer.promise<audit_page>(page_of_lines);
  ask(c, std::move(what));
}

}  // namespace carillon::http::api
