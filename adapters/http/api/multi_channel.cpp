// A message on several channels, whose producer waits for the first attempts.

#include "adapters/http/api/handlers.hpp"
#include "adapters/http/api/idempotency.hpp"
#include "adapters/http/api/order.hpp"
#include "adapters/http/query_string.hpp"
#include "protocol/codec/mailing.hpp"
#include "protocol/rules/durations.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace carillon::http::api {

namespace {

constexpr milliseconds usual_wait{5000};
constexpr milliseconds longest_wait{30'000};

/// A duration as the configuration has them, or seconds.
std::optional<milliseconds> parse_wait(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const bool plain = !text.empty() && std::ranges::all_of(text, is_digit);
  const auto wait = text == "0" ? std::optional{milliseconds{0}}
                                : rules::parse_duration(std::string{text} + (plain ? "s" : ""));
  return wait && *wait <= longest_wait ? wait : std::nullopt;
}

/// Has it sent; its producer waits as `?wait` says.
void send(const call& c,
          result<mailing_draft> (*decode)(std::string_view, const codec::text_check&)) {
  query_string asked{c.in.head.query};
  const auto wait = asked.parsed("wait", parse_wait, "a duration of 0 to 30s").value_or(usual_wait);
  if (const auto why = asked.fault())
    return c.answer(*why);
  auto draft = decode(c.in.body, unless_configured(c));
  if (!draft)
    return c.answer(draft.error());
  auto key = idempotency_key_of(c.in);
  if (!key)
    return c.answer(key.error());
  auto compose = [of = draft->template_code, asked = draft->asked](const mailed& done) {
    return stored_answer{200, codec::mailed_json(done, of, asked)};
  };
  auto message = order_of<mailing>(c);
  message->draft = std::move(*draft);
  message->draft.what.trace_id = c.in.trace_id;
  message->by = c.in.who;
  if (*key) {
    message->idempotency = once_of<mailed>(c.in, std::move(**key), nullptr);
    message->idempotency->compose = compose;
  }
  message->wait = wait;
  message->reply = promise_once<mailed>(c, compose);
  caf::anon_send(c.with.ingress, std::move(message));
}

}  // namespace

void post_multi_channel(const call& c) {
  send(c, codec::decode_mailing);
}

void post_from_template(const call& c) {
  send(c, codec::decode_template_mailing);
}

}  // namespace carillon::http::api
