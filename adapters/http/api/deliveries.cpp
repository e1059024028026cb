#include "adapters/http/api/ask.hpp"
#include "adapters/http/api/handlers.hpp"
#include "adapters/http/query_string.hpp"
#include "protocol/codec/delivery.hpp"

#include <utility>

namespace carillon::http::api {

namespace {

reply page_of(const delivery_page& page) {
  reply out;
  out.body = R"({"items":[)";
  for (std::size_t i = 0; i < page.items.size(); ++i) {
    if (i > 0)
      out.body += ',';
    codec::append_delivery(out.body, *page.items[i]);
  }
  out.body += R"(],"next":)";
  out.body += page.next ? '"' + to_text(*page.next) + '"' : "null";
  out.body += '}';
  return out;
}

}  // namespace

void list_deliveries(const call& c) {
  query_string asked{c.in.head.query};
  carillon::list_deliveries what;
  what.status = asked.parsed("status", parse_delivery_status, "a status of deliveries");
  what.channel = asked.key("channel");
  what.event_type = asked.key("event_type");
  what.recipient = asked.text("recipient");
  what.since = asked.time("since");
  what.until = asked.time("until");
  what.before = asked.parsed("cursor", parse_id<delivery_id>, "the `next` of the page before");
  what.limit = static_cast<int>(asked.number("limit", 1, 100).value_or(50));
  if (const auto why = asked.fault())
    return c.answer(*why);
  what.reply = c.answer.promise<delivery_page>(page_of);
  ask(c, std::move(what));
}

void get_delivery(const call& c) {
  const auto id = parse_id<delivery_id>(c.in.id);
  if (!id)
    return c.answer(error{errc::not_found, "there is no such delivery"});
  ask(c, carillon::get_delivery{*id, c.answer.promise<delivery_story>([](const delivery_story& x) {
                                  return reply{200, codec::delivery_story_json(x)};
                                })});
}

}  // namespace carillon::http::api
