#pragma once

#include "protocol/draft.hpp"
#include "protocol/error.hpp"
#include "protocol/time.hpp"

#include <map>
#include <string>
#include <string_view>

namespace carillon::sources {

/// A webhook of somebody else's that becomes an event.
struct webhook {
  std::string name{};
  /// `whsec_…` for Standard Webhooks, else the text itself.
  std::string secret{};
  /// The type of its events.
  std::string event{};
  /// Members of the body, with dots between: what the event is about, and whom it is for. Empty
  /// for none.
  std::string entity_field{};
  std::string recipient_field{};

  friend bool operator==(const webhook&, const webhook&) = default;
};

using webhooks = std::map<std::string, webhook>;

/// What a request says to prove where it comes from.
struct signature {
  /// Standard Webhooks: `webhook-id`, `webhook-timestamp`, `webhook-signature`.
  std::string_view id{};
  std::string_view timestamp{};
  std::string_view standard{};
  /// `X-Hub-Signature-256`, as GitHub and others sign.
  std::string_view hub{};
};

/// Whether the body is signed with the source's secret, and not more than five minutes ago where
/// the signature has a time.
bool is_signed(const webhook& by, const signature& given, std::string_view body, timestamp now);

/// The body, which is a JSON object, as an event; `webhook-id` is its idempotency key.
result<event_draft> read_webhook(const webhook& by, const signature& given, std::string_view body);

}  // namespace carillon::sources
