// What happened: events in the engine's own shape, as CloudEvents, and as others send them.

#include "adapters/http/api/handlers.hpp"
#include "adapters/http/api/happenings.hpp"
#include "adapters/http/api/idempotency.hpp"
#include "adapters/http/query_string.hpp"
#include "adapters/sources/webhook.hpp"
#include "protocol/codec/alertmanager.hpp"
#include "protocol/codec/cloudevents.hpp"
#include "protocol/codec/drafts.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <utility>
#include <vector>

namespace carillon::http::api {

namespace {

/// The attributes of CloudEvents' binary mode.
constexpr std::array<std::pair<std::string_view, field>, 11> attribute_fields{{
  {"specversion", field::ce_specversion},
  {"id", field::ce_id},
  {"source", field::ce_source},
  {"type", field::ce_type},
  {"subject", field::ce_subject},
  {"time", field::ce_time},
  {"recipient", field::ce_recipient},
  {"priority", field::ce_priority},
  {"locale", field::ce_locale},
  {"subid", field::ce_subid},
  {"traceparent", field::ce_traceparent},
}};

bool is_binary(const request_head& head) {
  return head[field::ce_specversion].data() != nullptr;
}

/// Whether the body's type is that one, whatever its parameters.
bool is_type(const request& in, std::string_view type) {
  const auto given = in.head[field::content_type];
  const auto name = given.substr(0, std::min(given.find_first_of("; \t"), given.size()));
  return std::ranges::equal(name, type, {}, [](unsigned char c) { return std::tolower(c); });
}

result<event_draft> decode_binary(const request& in) {
  std::vector<std::pair<std::string_view, std::string_view>> attributes;
  for (const auto& [name, x] : attribute_fields)
    if (const auto value = in.head[x]; value.data() != nullptr)
      attributes.emplace_back(name, value);
  return codec::decode_cloudevent(attributes, in.body);
}

result<event_draft> decode_one(const request& in) {
  if (is_type(in, "application/cloudevents+json"))
    return codec::decode_cloudevent(in.body);
  if (is_binary(in.head))
    return decode_binary(in);
  auto draft = codec::decode_event(in.body);
  if (draft && !in.trace_id.empty())
    draft->what.trace_id = {};
  return draft;
}

/// A CloudEvent's own trace wins over the request's, which wins over what a body in our own shape
/// says.
void trace(event_draft& draft, const request& in) {
  if (draft.what.trace_id.empty())
    draft.what.trace_id = in.trace_id;
}

}  // namespace

void post_event(const call& c) {
  if (is_type(c.in, "application/cloudevents-batch+json")) {
    auto drafts = codec::decode_cloudevents(c.in.body);
    if (!drafts)
      return c.answer(drafts.error());
    for (auto& draft : *drafts)
      trace(draft, c.in);
    return tell_many(c, std::move(*drafts), c.in.who->subject);
  }
  auto draft = decode_one(c.in);
  if (!draft)
    return c.answer(draft.error());
  trace(*draft, c.in);
  tell_one(c, std::move(*draft), c.in.who->subject);
}

void post_alertmanager(const call& c) {
  query_string asked{c.in.head.query};
  const auto per = asked.parsed(
    "per",
    [](std::string_view text) {
      return text == "alert" || text == "call" ? std::optional{text == "alert"} : std::nullopt;
    },
    "alert or call");
  if (const auto why = asked.fault())
    return c.answer(*why);
  auto drafts = codec::decode_alertmanager(c.in.body, per.value_or(false));
  if (!drafts)
    return c.answer(drafts.error());
  for (auto& draft : *drafts)
    draft.what.trace_id = c.in.trace_id;
  tell_many(c, std::move(*drafts), c.in.who->subject);
}

void post_ingress(const call& c) {
  const auto found = c.with.sources.find(std::string{c.in.id});
  if (found == c.with.sources.end())
    return c.answer(error{errc::not_found, "there is no such source"});
  const auto& source = found->second;
  const auto& head = c.in.head;
  const sources::signature given{head[field::webhook_id], head[field::webhook_timestamp],
                                 head[field::webhook_signature], head[field::x_hub_signature_256]};
  if (!sources::is_signed(source, given, c.in.body, c.in.now))
    return c.answer(error{errc::unauthorized, "the signature is missing or wrong"});
  auto draft = sources::read_webhook(source, given, c.in.body);
  if (!draft)
    return c.answer(draft.error());
  draft->what.trace_id = c.in.trace_id;
  std::vector<event_draft> drafts;
  drafts.push_back(std::move(*draft));
  tell_many(c, std::move(drafts), "source:" + source.name);
}

}  // namespace carillon::http::api
