// Work on many deliveries: dead letters that are sent again, and how far that is.

#include "adapters/http/api/ask.hpp"
#include "adapters/http/api/handlers.hpp"
#include "adapters/http/api/idempotency.hpp"
#include "adapters/http/api/order.hpp"
#include "adapters/http/api/submit.hpp"
#include "protocol/codec/operation.hpp"

#include <string_view>
#include <utility>

namespace carillon::http::api {

namespace {

const error no_such_batch{errc::not_found, "there is no such batch"};

stored_answer replay_begun(const batch_begun& done) {
  return {202, codec::replay_json(done.what)};
}

/// Renders a batch as it is when it is shown.
auto shown(const call& c) {
  return c.answer.promise<batch_record>([now = c.in.now](const batch_record& x) {
    return reply{200, codec::batch_json(x, now)};
  });
}

}  // namespace

void post_replay(const call& c) {
  auto which = codec::decode_replay(c.in.body);
  if (!which)
    return c.answer(which.error());
  if (which->channel)
    which->channel = codec::own_name(std::move(*which->channel), unless_configured(c));
  auto key = idempotency_key_of(c.in);
  if (!key)
    return c.answer(key.error());
  replaying what{.which = std::move(*which)};
  if (*key)
    what.idempotency = once_of<batch_begun>(c.in, std::move(**key), replay_begun);
  what.reply = promise_once<batch_begun>(c, replay_begun);
  auto line = audit_line(c, "dead_letters.replay", "dead-letters");
  line.detail = c.in.body;
  submit(c, std::move(what), {std::move(line)});
}

void get_batch(const call& c) {
  const auto id = parse_id<batch_id>(c.in.id);
  if (!id)
    return c.answer(no_such_batch);
  ask(c, carillon::get_batch{*id, shown(c)});
}

void delete_batch(const call& c) {
  const auto id = parse_id<batch_id>(c.in.id);
  if (!id)
    return c.answer(no_such_batch);
  submit(c, batch_stop{.id = *id, .reply = shown(c)}, {audit_line(c, "batch.cancel", c.in.id)});
}

}  // namespace carillon::http::api
