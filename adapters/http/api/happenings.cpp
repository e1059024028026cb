#include "adapters/http/api/happenings.hpp"

#include "adapters/http/api/idempotency.hpp"
#include "adapters/http/api/order.hpp"
#include "protocol/codec/delivery.hpp"
#include "protocol/codec/event_story.hpp"

#include <caf/send.hpp>

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>

namespace carillon::http::api {

namespace {

/// Where what is rehearsed would be posted.
constexpr std::string_view events_path = "/api/v1/events";

stored_answer event_stored(const accepted& done) {
  return {202, codec::accepted_json(done)};
}

happening_ptr happening_of(const call& c, event_draft draft, const std::string& subject) {
  auto message = order_of<happening>(c);
  message->draft = std::move(draft);
  message->draft.what.subject = subject;
  message->by = c.in.who;
  return message;
}

once<accepted> once_for(std::string_view path, const std::string& subject, std::string key,
                        std::string_view body) {
  return {subject, "POST", std::string{path}, std::move(key), sha256(body), event_stored};
}

/// What tells one event's words from another's under the same key.
std::string words_of(const event& x) {
  std::string out = x.type + '\0' + x.source + '\0' + x.entity_id + '\0' + x.sub_id + '\0' + x.data;
  for (const auto& one : x.recipients)
    out += '\0' + one;
  return out;
}

/// Answers of several events, put together when the last is there. They come from any thread.
class gathering {
 public:
  gathering(std::size_t count, answer<std::string> reply)
      : bodies_(count), left_(count), reply_(std::move(reply)) {}

  void put(std::size_t place, result<accepted> done) {
    std::optional<answer<std::string>> whole;
    {
      std::lock_guard lock{mutex_};
      if (!done && !why_)
        why_ = done.error();
      else if (done)
        bodies_[place] =
          done->replayed ? std::move(done->replayed->body) : codec::accepted_json(*done);
      if (--left_ == 0)
        whole = std::move(reply_);
    }
    if (!whole)
      return;
    if (why_)
      return (*whole)(*why_);
    std::string out = R"({"events":[)";
    for (const auto& body : bodies_) {
      if (out.back() != '[')
        out += ',';
      out += body;
    }
    (*whole)(out += "]}");
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> bodies_;
  std::size_t left_;
  std::optional<error> why_;
  answer<std::string> reply_;
};

}  // namespace

void tell_one(const call& c, event_draft draft, const std::string& subject) {
  auto key = idempotency_key_of(c.in, draft.idempotency_key);
  if (!key)
    return c.answer(key.error());
  auto message = happening_of(c, std::move(draft), subject);
  if (*key)
    message->idempotency = once_for(c.in.head.path, subject, std::move(**key), c.in.body);
  message->reply = promise_once<accepted>(c, event_stored);
  caf::anon_send(c.with.ingress, std::move(message));
}

void tell_many(const call& c, std::vector<event_draft> drafts, const std::string& subject) {
  auto given = idempotency_key_of(c.in);
  if (!given)
    return c.answer(given.error());
  auto reply_all = c.answer.promise<std::string>([](std::string body) {
    return reply{202, std::move(body)};
  });
  if (drafts.empty())
    return reply_all(std::string{R"({"events":[]})"});
  auto all = std::make_shared<gathering>(drafts.size(), std::move(reply_all));
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    auto own = std::move(drafts[i].idempotency_key);
    auto message = happening_of(c, std::move(drafts[i]), subject);
    if (*given)
      message->idempotency =
        once_for(c.in.head.path, subject, **given + '#' + std::to_string(i), c.in.body);
    else if (!own.empty())
      message->idempotency =
        once_for(c.in.head.path, subject, std::move(own), words_of(message->draft.what));
    message->reply =
      answer<accepted>{[all, i](result<accepted> done) { all->put(i, std::move(done)); }};
    caf::anon_send(c.with.ingress, std::move(message));
  }
}

void rehearse(const call& c, event_draft draft) {
  auto key = idempotency_key_of(c.in, draft.idempotency_key);
  if (!key)
    return c.answer(key.error());
  auto message = std::make_shared<rehearsal>();
  message->draft = std::move(draft);
  message->now = c.in.now;
  if (*key)
    message->idempotency = once_for(events_path, c.in.who->subject, std::move(**key), c.in.body);
  message->reply =
    c.answer.promise<std::shared_ptr<acceptance>>([](const std::shared_ptr<acceptance>& what) {
      return reply{200, codec::dry_run_json(*what)};
    });
  caf::anon_send(c.with.ingress, std::move(message));
}

}  // namespace carillon::http::api
