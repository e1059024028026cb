#include "adapters/channels/redacted.hpp"

#include "adapters/channels/decorator.hpp"
#include "adapters/channels/judgement.hpp"
#include "adapters/channels/redaction.hpp"
#include "adapters/channels/secrets.hpp"
#include "protocol/codec/text.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <string_view>
#include <utility>

namespace carillon {

namespace {

/// Whether a secret begins where a word of the id does. In the middle of one there are its letters
/// by chance.
bool repeats(std::string_view id, std::string_view secret) {
  const auto at = id.find(secret);
  return at == 0
         || (at != std::string_view::npos
             && std::isalnum(static_cast<unsigned char>(id[at - 1])) == 0);
}

/// Bounds of what is kept of an answer, in bytes.
constexpr std::size_t most_code = 200;
constexpr std::size_t most_id = 500;
constexpr std::size_t most_excerpt = 1000;

/// Tokens go into header fields, and tickets into the store.
bool is_sound(const grant& x) {
  return !codec::has_control(x.token) && std::ranges::none_of(x.tickets, codec::has_control);
}

class redacted_channel final : public channel_decorator {
 public:
  redacted_channel(channel_ptr inner, std::vector<std::string> secrets)
      : channel_decorator(std::move(inner)), secrets_(std::move(secrets)) {}

  outcome judge(const transport_result& came, timestamp now) const override {
    return without_secrets(channel_decorator::judge(came, now));
  }

  outcome judge_for(const delivery& what, const transport_result& came,
                    timestamp now) const override {
    return without_secrets(channel_decorator::judge_for(what, came, now));
  }

  std::variant<grant, outcome> token(const transport_result& came, timestamp now) const override {
    auto got = channel_decorator::token(came, now);
    if (auto* refusal = std::get_if<outcome>(&got))
      *refusal = without_secrets(std::move(*refusal));
    else if (!is_sound(std::get<grant>(got)))
      return outcome{.error_class = error_class::transient,
                     .excerpt = "answered with a token that cannot be one"};
    return got;
  }

  outcome judge_probe(const transport_result& came, timestamp now) const override {
    return without_secrets(channel_decorator::judge_probe(came, now));
  }

 private:
  outcome without_secrets(outcome out) const {
    for (auto* text : {&out.excerpt, &out.provider_code})
      *text = channels::redact(std::move(*text), secrets_);
    out.excerpt = channels::legible(out.excerpt, most_excerpt);
    out.provider_code = channels::legible(out.provider_code, most_code);
    auto& id = out.provider_message_id;
    id = channels::legible(id, most_id);
    if (std::ranges::any_of(secrets_, [&](const auto& secret) { return repeats(id, secret); }))
      id = channels::redact(std::move(id), secrets_);
    return out;
  }

  std::vector<std::string> secrets_;
};

}  // namespace

channel_ptr redacted(channel_ptr what, const channel_settings& settings) {
  if (!what)
    return nullptr;
  return std::make_shared<redacted_channel>(std::move(what), channels::secrets_of(settings));
}

}  // namespace carillon
