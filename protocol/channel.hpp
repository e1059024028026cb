#pragma once

#include "protocol/delivery.hpp"
#include "protocol/error.hpp"
#include "protocol/transport.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace carillon {

/// No window of length `per` ever holds more than `count` attempts; `burst` 0 means count / 4.
struct rate_limit {
  int count{0};
  milliseconds per{0};
  int burst{0};

  friend bool operator==(const rate_limit&, const rate_limit&) = default;
};

/// The waits between attempts. With a `schedule`, wait n is its n-th entry and the last repeats;
/// without one, wait n is `base` doubled n - 1 times, at most `cap`, drawn between 0 and itself
/// where `full_jitter` says so.
struct retry_policy {
  std::vector<milliseconds> schedule{};
  milliseconds base{0};
  milliseconds cap{0};
  bool full_jitter{false};
  /// Attempts in all, the first included.
  int max_attempts{5};

  friend bool operator==(const retry_policy&, const retry_policy&) = default;
};

/// A channel as the operator configured it. `keys` holds what only its type knows (a URL, a
/// secret), lists joined by line feeds.
struct channel_settings {
  std::string name{};
  std::string type{};
  bool enabled{true};
  std::optional<rate_limit> rate{};
  int concurrency{4};
  milliseconds timeout{15000};
  milliseconds max_age{std::chrono::hours{24}};
  retry_policy retry{};
  /// Backup channels in order.
  std::vector<std::string> failover{};
  /// Transient failures in a row that open the circuit, and how often it is probed then.
  int circuit_failures{10};
  milliseconds circuit_cooldown{15000};
  std::map<std::string, std::string> keys{};
};

/// What a request is composed with beside the message: the moment, a chance, and what earlier
/// exchanges brought.
struct stamp {
  timestamp now{};
  std::uint64_t random{0};
  /// What `authorize` got, for a channel that needs a token.
  std::string token{};
  /// The provider could not read the markup of this message: send it without.
  bool plain{false};
};

/// A token and its times: from `refresh_at` on a new one is fetched while this one still serves.
struct grant {
  std::string token{};
  timestamp refresh_at{};
  timestamp expires_at{};
  /// In place of the token: tickets, each of which serves one delivery.
  std::vector<std::string> tickets{};
};

/// A limit beside the channel's own that a message falls under, such as one of its chat: `key`
/// names what is limited, `weight` tells how often one to several people counts.
struct scope_limit {
  std::string key{};
  rate_limit limit{};
  int weight{1};
};

/// What an answer means. Nothing else may be said of an attempt.
struct outcome {
  /// `none` is delivered.
  carillon::error_class error_class{carillon::error_class::none};
  std::string provider_code{};
  std::string provider_message_id{};
  /// The beginning of the answer for the attempt log, without secrets.
  std::string excerpt{};
  /// The provider's own wish for when to come back, with a success too; 0 when it said nothing.
  milliseconds wait{0};
  /// The wait is this message's own (its chat, its phone number): others need not wait with it.
  bool wait_is_own{false};
  /// It may be everybody's after all: told for two scopes at a time, it is.
  bool wait_spreads{false};
  /// No retry mends it, but an operator: a sign or a template that is not approved.
  bool for_operator{false};
  /// The token was refused: one new one is fetched and the message sent once more at once.
  bool refresh_token{false};
  /// The markup was refused: the message is sent once more at once, composed `plain`.
  bool resend_plain{false};
  /// The address has moved: the message is sent once more at once, to this one, which takes the
  /// other's place wherever that is stored.
  std::string replace_address{};
  /// The address is gone since then: where it was stored before, it is deleted. What was stored
  /// later is a new registration.
  std::optional<timestamp> gone_since{};
};

/// A provider as two pure functions. Implementations hold their settings and nothing that changes.
class channel {
 public:
  virtual ~channel() = default;

  /// The exact request for one attempt. An error makes the delivery dead at once: `not_found`, of
  /// an address that nobody can have, as `invalid_recipient`, any other as `invalid_request`.
  virtual result<request> compose(const delivery& what, const stamp& at) const = 0;

  /// Reads what came back; never throws on any bytes.
  virtual outcome judge(const transport_result& came, timestamp now) const = 0;

  /// The same where it matters which delivery it answers, such as one to several people of whom the
  /// answer names some. Senders ask this one, which is `judge` unless overridden.
  virtual outcome judge_for(const delivery&, const transport_result& came, timestamp now) const {
    return judge(came, now);
  }

  /// The limits beside the channel's own that this message falls under.
  virtual std::vector<scope_limit> scopes(const delivery&) const { return {}; }

  /// How long this delivery had better not be sent yet, though it may: told anew when that time is
  /// over, so it comes to an end. 0 for one that goes at once.
  virtual milliseconds put_off(const delivery&, timestamp) const { return milliseconds{0}; }

  /// Whether `compose` needs a token in its stamp.
  virtual bool needs_token() const { return false; }

  /// Whether this delivery is sent with a ticket and has none that serves. Tickets come out of
  /// `authorize` and `token` like a token; each is stored with its delivery before it is used.
  virtual bool needs_ticket(const delivery&, timestamp) const { return false; }

  /// How to get a token: the request that asks the provider for one, or one made here.
  virtual result<std::variant<request, grant>> authorize(const stamp&) const;

  /// Reads the answer to `authorize`'s request: the token, or what its refusal means for the
  /// channel. Never throws on any bytes.
  virtual std::variant<grant, outcome> token(const transport_result& came, timestamp now) const;

  /// A request that tells whether the credentials are good and sends nobody anything; `not_found`
  /// where the provider has none (a robot), which is also the answer unless overridden. `judge`
  /// does not read its answer, `judge_probe` does.
  virtual result<request> probe(const stamp&) const;

  /// Reads the answer to `probe`: `none` is good.
  virtual outcome judge_probe(const transport_result& came, timestamp now) const;
};

using channel_ptr = std::shared_ptr<const channel>;

}  // namespace carillon
