#include "adapters/http/api/ask.hpp"
#include "adapters/http/api/handlers.hpp"
#include "adapters/http/api/order.hpp"
#include "adapters/http/api/submit.hpp"
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

const error no_such_delivery{errc::not_found, "there is no such delivery"};

void intervene(const call& c, intervention_kind kind) {
  const auto id = parse_id<delivery_id>(c.in.id);
  if (!id)
    return c.answer(no_such_delivery);
  intervention what{.id = *id, .kind = kind};
  what.reply = c.answer.promise<delivery_ptr>([](const delivery_ptr& x) {
    reply out;
    codec::append_delivery(out.body, *x);
    return out;
  });
  const bool retry = kind == intervention_kind::retry;
  submit(c, std::move(what),
         {audit_line(c, retry ? "delivery.retry" : "delivery.cancel", c.in.id)});
}

/// A token of a user ends some time, whatever its subject is.
bool has_service_token(const principal& who) {
  return who.subject.starts_with("service:") && who.expires_at == timestamp::max();
}

}  // namespace

void list_deliveries(const call& c) {
  query_string asked{c.in.head.query};
  carillon::list_deliveries what;
  what.status = asked.parsed("status", parse_delivery_status, "a status of deliveries");
  what.channel = channel_asked(c, asked);
  what.event_type = asked.key("event_type");
  what.recipient = asked.text("recipient");
  what.why = asked.parsed("error_class", parse_error_class, "a class of errors");
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
    return c.answer(no_such_delivery);
  ask(c, carillon::get_delivery{*id, c.answer.promise<delivery_story>([](const delivery_story& x) {
                                  return reply{200, codec::delivery_story_json(x)};
                                })});
}

void retry_delivery(const call& c) {
  intervene(c, intervention_kind::retry);
}

void cancel_delivery(const call& c) {
  intervene(c, intervention_kind::cancel);
}

void post_dispatch(const call& c) {
  if (!c.in.who->is_admin && !has_service_token(*c.in.who))
    return c.answer(error{errc::forbidden, "this needs the scope admin or a service token"});
  query_string asked{c.in.head.query};
  const auto limit = static_cast<int>(asked.number("limit", 1, 1000).value_or(20));
  if (const auto why = asked.fault())
    return c.answer(*why);
  dispatching what{.limit = limit};
  what.reply = c.answer.promise<std::int64_t>([](std::int64_t n) {
    return reply{200, R"({"dispatched":)" + std::to_string(n) + "}"};
  });
  submit(c, std::move(what), {audit_line(c, "deliveries.dispatch", "deliveries")});
}

}  // namespace carillon::http::api
