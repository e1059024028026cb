#include "adapters/channels/redacted.hpp"

#include "adapters/channels/decorator.hpp"
#include "adapters/channels/redaction.hpp"
#include "adapters/channels/secrets.hpp"

#include <algorithm>
#include <cctype>
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

class redacted_channel final : public channel_decorator {
 public:
  redacted_channel(channel_ptr inner, std::vector<std::string> secrets)
      : channel_decorator(std::move(inner)), secrets_(std::move(secrets)) {}

  outcome judge(const transport_result& came, timestamp now) const override {
    return without_secrets(channel_decorator::judge(came, now));
  }

  std::variant<grant, outcome> token(const transport_result& came, timestamp now) const override {
    auto got = channel_decorator::token(came, now);
    if (auto* refusal = std::get_if<outcome>(&got))
      *refusal = without_secrets(std::move(*refusal));
    return got;
  }

  outcome judge_probe(const transport_result& came, timestamp now) const override {
    return without_secrets(channel_decorator::judge_probe(came, now));
  }

 private:
  outcome without_secrets(outcome out) const {
    for (auto* text : {&out.excerpt, &out.provider_code})
      *text = channels::redact(std::move(*text), secrets_);
    auto& id = out.provider_message_id;
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
