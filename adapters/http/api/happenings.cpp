#include "adapters/http/api/happenings.hpp"

#include "adapters/http/api/idempotency.hpp"
#include "adapters/http/api/order.hpp"
#include "protocol/codec/delivery.hpp"
#include "protocol/codec/event_story.hpp"
#include "protocol/codec/members.hpp"
#include "protocol/codec/problem.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
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

/// What is kept for those who come later under a key that says nothing but which event is meant.
stored_answer event_duplicate(const accepted& done) {
  accepted first;
  first.id = done.id;
  first.duplicate = true;
  return event_stored(first);
}

once<accepted> once_for(std::string_view path, const std::string& subject, std::string key,
                        const std::array<std::uint8_t, 32>& mark) {
  return {subject, "POST", std::string{path}, std::move(key), mark, event_stored};
}

/// What an event says, whichever way it was written.
std::string words_of(const event& x) {
  std::string out = x.type;
  for (const auto& part :
       {x.source, x.entity_id, x.sub_id, x.locale,
        std::string{x.priority ? to_string(*x.priority) : ""},
        std::to_string(to_millis(x.occurred_at)), codec::with_sorted_members(x.data)})
    out.append(1, '\0').append(part);
  for (const auto& one : x.recipients)
    out.append(1, '\0').append(one);
  return out;
}

/// The same for one event and its key, which the header gave or the event itself.
once<accepted> once_for(const call& c, std::string_view path, const std::string& subject,
                        std::string key, const event_draft& draft) {
  const bool from_header = c.in.head[field::idempotency_key].data() != nullptr;
  if (draft.alike == likeness::event)
    return once_for(path, subject, std::move(key), sha256(words_of(draft.what)));
  if (draft.alike == likeness::body || from_header)
    return once_for(path, subject, std::move(key), sha256(c.in.body));
  auto out = once_for(path, subject, std::move(key), sha256({}));
  out.compose = event_duplicate;
  return out;
}

using outcomes = std::vector<result<accepted>>;

/// What became of several events, told when the last is over. They come from any thread.
class gathering {
 public:
  gathering(std::size_t count, answer<outcomes> reply)
      : all_(count), left_(count), reply_(std::move(reply)) {}

  void put(std::size_t place, result<accepted> done) {
    {
      std::lock_guard lock{mutex_};
      all_[place] = std::move(done);
      if (--left_ > 0)
        return;
    }
    reply_(std::move(all_));
  }

 private:
  std::mutex mutex_;
  outcomes all_;
  std::size_t left_;
  answer<outcomes> reply_;
};

/// Why none went in, where that is one reason.
std::optional<error> refusal_of_all(const outcomes& all) {
  if (all.empty() || all.front())
    return std::nullopt;
  auto why = all.front().error();
  const bool same = std::ranges::all_of(
    all, [&](const result<accepted>& x) { return !x && x.error().code == why.code; });
  return same ? std::optional{std::move(why)} : std::nullopt;
}

std::string outcome_json(const result<accepted>& x, const std::string& trace_id) {
  if (x)
    return x->replayed ? x->replayed->body : codec::accepted_json(*x);
  const auto why = x.error();
  return R"({"status":"rejected","error":)"
         + codec::problem_json(why, codec::status_of(why.code), trace_id) + '}';
}

reply show_all(const outcomes& all, const std::string& trace_id) {
  if (const auto why = refusal_of_all(all))
    return problem(*why, trace_id);
  reply out{202, R"({"events":[)"};
  for (const auto& x : all) {
    if (out.body.back() != '[')
      out.body += ',';
    out.body += outcome_json(x, trace_id);
  }
  out.body += "]}";
  const auto is_replayed = [](const result<accepted>& x) { return x && x->replayed; };
  if (!all.empty() && std::ranges::all_of(all, is_replayed))
    add_header(out, "Idempotency-Replayed", "true");
  return out;
}

void send_each(const ingress_actor& to, const std::vector<happening_ptr>& messages) {
  for (const auto& message : messages)
    caf::anon_send(to, message);
}

/// Where a key speaks for all of them, its first event finds out whether it was used for others:
/// when that one is refused, none of the rest goes in.
void send_behind_first(const ingress_actor& to, std::vector<happening_ptr> messages) {
  const auto first = messages.front();
  messages.erase(messages.begin());
  auto own = std::make_shared<answer<accepted>>(std::move(first->reply));
  first->reply =
    answer<accepted>{[to, own, rest = std::move(messages)](const result<accepted>& done) {
      if (done)
        send_each(to, rest);
      else
        for (const auto& message : rest)
          message->reply(done.error());
      (*own)(done);
    }};
  caf::anon_send(to, first);
}

}  // namespace

void tell_one(const call& c, event_draft draft, const std::string& subject) {
  auto key = idempotency_key_of(c.in, draft.idempotency_key);
  if (!key)
    return c.answer(key.error());
  auto message = happening_of(c, std::move(draft), subject);
  if (*key)
    message->idempotency = once_for(c, c.in.head.path, subject, std::move(**key), message->draft);
  message->reply = promise_once<accepted>(c, event_stored);
  caf::anon_send(c.with.ingress, std::move(message));
}

void tell_many(const call& c, std::vector<event_draft> drafts, const std::string& subject) {
  auto given = idempotency_key_of(c.in);
  if (!given)
    return c.answer(given.error());
  std::string trace_id{c.in.trace_id};
  if (drafts.empty())
    return c.answer(show_all({}, trace_id));
  const auto whole = *given ? sha256(c.in.body) : std::array<std::uint8_t, 32>{};
  auto all = std::make_shared<gathering>(
    drafts.size(),
    c.answer.promise<outcomes>(
      [trace_id = std::move(trace_id)](const outcomes& done) { return show_all(done, trace_id); }));
  std::vector<happening_ptr> messages;
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    auto own = std::move(drafts[i].idempotency_key);
    auto message = happening_of(c, std::move(drafts[i]), subject);
    if (*given)
      message->idempotency =
        once_for(c.in.head.path, subject, **given + '#' + std::to_string(i), whole);
    else if (!own.empty())
      message->idempotency = once_for(c, c.in.head.path, subject, std::move(own), message->draft);
    message->reply =
      answer<accepted>{[all, i](result<accepted> done) { all->put(i, std::move(done)); }};
    messages.push_back(std::move(message));
  }
  if (*given)
    send_behind_first(c.with.ingress, std::move(messages));
  else
    send_each(c.with.ingress, messages);
}

void rehearse(const call& c, event_draft draft) {
  auto key = idempotency_key_of(c.in, draft.idempotency_key);
  if (!key)
    return c.answer(key.error());
  auto message = std::make_shared<rehearsal>();
  message->draft = std::move(draft);
  message->now = c.in.now;
  if (*key)
    message->idempotency =
      once_for(c, events_path, c.in.who->subject, std::move(**key), message->draft);
  message->reply =
    c.answer.promise<std::shared_ptr<acceptance>>([](const std::shared_ptr<acceptance>& what) {
      return reply{200, codec::dry_run_json(*what)};
    });
  caf::anon_send(c.with.ingress, std::move(message));
}

}  // namespace carillon::http::api
