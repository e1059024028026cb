#include "adapters/http/api/handlers.hpp"
#include "adapters/http/api/idempotency.hpp"
#include "adapters/http/api/order.hpp"
#include "protocol/codec/drafts.hpp"
#include "protocol/codec/notification.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace carillon::http::api {

namespace {

stored_answer one_created(const created& done) {
  const bool duplicate = done.duplicate.at(0);
  return {duplicate ? 200 : 201, codec::created_json(*done.notifications.at(0), duplicate)};
}

/// `created` counts what is new; `ids` has one for each asked, in their order.
stored_answer many_created(const created& done) {
  const auto fresh = std::count(done.duplicate.begin(), done.duplicate.end(), false);
  std::string body = R"({"created":)" + std::to_string(fresh) + R"(,"ids":[)";
  for (std::size_t i = 0; i < done.notifications.size(); ++i) {
    body += i == 0 ? "\"" : ",\"";
    body += to_text(done.notifications[i]->id);
    body += '"';
  }
  body += "]}";
  return {fresh == 0 ? 200 : 201, std::move(body)};
}

void post(const call& c, std::vector<notification_draft> drafts,
          stored_answer (*compose)(const created&)) {
  auto key = idempotency_key_of(c.in);
  if (!key)
    return c.answer(key.error());
  auto message = order_of<posting>(c);
  message->drafts = std::move(drafts);
  message->batch = compose == many_created;
  for (auto& draft : message->drafts)
    draft.what.trace_id = c.in.trace_id;
  message->by = c.in.who;
  if (*key)
    message->idempotency = once_of<created>(c.in, std::move(**key), compose);
  message->reply = promise_once<created>(c, compose);
  caf::anon_send(c.with.ingress, std::move(message));
}

}  // namespace

void post_notification(const call& c) {
  auto draft = codec::decode_notification(c.in.body, c.in.now, unless_configured(c));
  if (!draft)
    return c.answer(draft.error());
  std::vector<notification_draft> drafts;
  drafts.push_back(std::move(*draft));
  post(c, std::move(drafts), one_created);
}

void post_batch(const call& c) {
  auto drafts = codec::decode_batch(c.in.body, c.in.now, unless_configured(c));
  if (!drafts)
    return c.answer(drafts.error());
  post(c, std::move(*drafts), many_created);
}

}  // namespace carillon::http::api
