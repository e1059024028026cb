#pragma once

#include "protocol/id.hpp"
#include "protocol/notification.hpp"
#include "protocol/time.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carillon {

/// Where a delivery stands. `delivering` is a pending or retrying one that a sender has claimed.
enum class delivery_status : std::uint8_t {
  pending,
  delivering,
  retrying,
  delivered,
  dead,
  skipped,
  cancelled,
  failed,
};

inline constexpr std::size_t delivery_status_count = 8;

/// Why an attempt failed; the closed set that decides what happens next and labels the metrics.
enum class error_class : std::uint8_t {
  none,
  transient,
  rate_limited,
  invalid_credentials,
  invalid_recipient,
  invalid_request,
};

std::string_view to_string(delivery_status x);
std::string_view to_string(error_class x);
std::optional<delivery_status> parse_delivery_status(std::string_view text);
std::optional<error_class> parse_error_class(std::string_view text);

/// True for a state that nothing leaves by itself.
constexpr bool is_final(delivery_status x) noexcept {
  return x != delivery_status::pending && x != delivery_status::delivering
         && x != delivery_status::retrying;
}

/// The words of one delivery, rendered when it was planned, so that every retry sends the same.
struct content {
  /// The event's type, or `notification`.
  std::string type{"notification"};
  std::string title{};
  std::string text{};
  /// A JSON object as text: the event's data, or the notification's extra_data.
  std::string data{"{}"};
  /// The HTML part, where the template has one.
  std::string html{};
  /// The provider's own template (SMS, WeChat), where the template names one.
  std::string template_id{};
  /// What fills it: a JSON object of texts, or an array where the provider counts; empty for none.
  std::string params{};

  friend bool operator==(const content&, const content&) = default;
};

/// One step of a failover chain: where the delivery goes when the one before it dies.
struct failover_step {
  std::string channel{};
  std::string recipient{};
  int max_attempts{1};
  milliseconds max_age{0};
  /// Its own words, where its channel's template says others than the one before it.
  std::optional<carillon::content> content{};
  /// Not taken from then on, and what it delivers ends then, whatever its age.
  timestamp until{timestamp::max()};
};

/// One message to one recipient on one channel.
struct delivery {
  delivery_id id{};
  std::optional<event_id> event{};
  std::optional<notification_id> notification{};
  std::string channel{};
  /// The address used; empty where the channel itself is the address (a robot, a fixed URL).
  std::string recipient{};
  std::string user_id{};
  delivery_status status{delivery_status::pending};
  carillon::priority priority{carillon::priority::normal};
  /// Attempts that used the budget (being rate limited uses none).
  int attempts{0};
  /// Attempts made in all; the next one is number `tries + 1`.
  int tries{0};
  int max_attempts{5};
  /// When the next attempt may start.
  timestamp due_at{};
  /// Undelivered by then, it is dead.
  timestamp expires_at{timestamp::max()};
  std::string last_error{};
  carillon::error_class error_class{carillon::error_class::none};
  /// Why a skipped or failed one was not sent.
  std::string reason{};
  std::string provider_message_id{};
  /// What its provider gave for it alone before the first attempt, carried by every attempt; empty
  /// for none. Only its channel reads it.
  std::string ticket{};
  std::string trace_id{};
  std::optional<delivery_id> failover_of{};
  std::optional<delivery_id> failed_over_to{};
  /// The steps still left when this one dies.
  std::vector<failover_step> failover{};
  carillon::content content{};
  timestamp created_at{};
  std::optional<timestamp> sent_at{};
};

using delivery_ptr = std::shared_ptr<const delivery>;

/// An attempt counts against the limit of that key until then, as often as `weight` says.
struct scope_use {
  std::string key{};
  timestamp until{};
  int weight{1};
};

/// What a provider said of the address that an attempt went to, for what is stored of people.
struct address_change {
  std::string address{};
  /// Where it is now; empty where it is gone.
  std::string moved_to{};
  /// What was stored of it later than that is not meant.
  timestamp stored_until{};

  friend bool operator==(const address_change&, const address_change&) = default;
};

/// One try of a delivery, as the log keeps it.
struct attempt {
  int number{1};
  timestamp started_at{};
  milliseconds duration{0};
  /// `delivered`, `retrying` or `dead`: what the attempt led to.
  delivery_status outcome{delivery_status::delivered};
  carillon::error_class error_class{carillon::error_class::none};
  /// The provider's own code: an HTTP status, an errcode, a transport error's name.
  std::string provider_code{};
  /// The beginning of the answer, without secrets.
  std::string excerpt{};
  /// The limits it counts against beyond a restart.
  std::vector<scope_use> uses{};
  /// What the provider wants left alone beyond a restart, and until when: keys of limits, or an
  /// empty one for the whole channel.
  std::vector<scope_use> frozen{};
  /// The address it went to has moved or is gone. Applied with the commit, not kept on the log.
  std::optional<address_change> address{};
};

}  // namespace carillon
