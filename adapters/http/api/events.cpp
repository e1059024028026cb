#include "adapters/http/api/handlers.hpp"
#include "adapters/http/api/idempotency.hpp"
#include "protocol/codec/delivery.hpp"
#include "protocol/codec/drafts.hpp"

#include <caf/send.hpp>

#include <memory>
#include <utility>

namespace carillon::http::api {

namespace {

stored_answer event_accepted(const accepted& done) {
  return {202, codec::accepted_json(done)};
}

}  // namespace

void post_event(const call& c) {
  auto draft = codec::decode_event(c.in.body);
  if (!draft)
    return c.answer(draft.error());
  auto key = idempotency_key_of(c.in, draft->idempotency_key);
  if (!key)
    return c.answer(key.error());
  auto message = std::make_shared<happening>();
  message->draft = std::move(*draft);
  message->draft.what.trace_id = c.in.trace_id;
  message->draft.what.subject = c.in.who->subject;
  message->by = c.in.who;
  if (*key)
    message->idempotency = once_of<accepted>(c.in, std::move(**key), event_accepted);
  message->now = c.in.now;
  message->arrived = c.in.arrived;
  message->ticket = c.in.ticket;
  message->reply = c.answer.promise<accepted>([](accepted done) {
    if (done.replayed)
      return replay(std::move(*done.replayed));
    return reply{202, codec::accepted_json(done)};
  });
  caf::anon_send(c.with.ingress, std::move(message));
}

}  // namespace carillon::http::api
