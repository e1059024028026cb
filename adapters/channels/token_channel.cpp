#include "adapters/channels/token_channel.hpp"

#include "adapters/channels/json.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace carillon::channels {

namespace {

/// A token that ends soon is renewed when half of its life is over.
grant granted(std::string token, seconds life, milliseconds margin, timestamp now) {
  const auto ends = now + life;
  return {std::move(token), std::max(ends - margin, now + milliseconds{life} / 2), ends};
}

}  // namespace

token_channel::token_channel(http_request ask, token_form form)
    : ask_(std::move(ask)), form_(form) {}

result<std::variant<request, grant>> token_channel::authorize(const stamp&) const {
  return std::variant<request, grant>{ask_};
}

std::variant<grant, outcome> token_channel::token(const transport_result& came,
                                                  timestamp now) const {
  if (const auto* got = std::get_if<response>(&came)) {
    const auto body = object_in(got->body);
    auto text = text_in(body, form_.token);
    const auto life = integer_in(body, form_.life).value_or(0);
    if (integer_in(body, form_.code).value_or(0) == 0 && !text.empty() && life > 0)
      return granted(std::move(text), seconds{std::min<std::int64_t>(life, 86'400)}, form_.margin,
                     now);
  }
  auto out = judge_refusal(came, now);
  // What is not understood may hold a token, so nothing of it is kept.
  if (out.error_class == error_class::none)
    out = {.error_class = error_class::transient,
           .provider_code = out.provider_code,
           .excerpt = "answered without a token"};
  return out;
}

result<request> token_channel::probe(const stamp&) const {
  return request{ask_};
}

outcome token_channel::judge_probe(const transport_result& came, timestamp now) const {
  const auto got = token(came, now);
  const auto* refusal = std::get_if<outcome>(&got);
  return refusal == nullptr ? outcome{} : *refusal;
}

}  // namespace carillon::channels
