#pragma once

#include "protocol/answer.hpp"
#include "protocol/delivery.hpp"
#include "protocol/event.hpp"
#include "protocol/id.hpp"
#include "protocol/notification.hpp"
#include "protocol/once.hpp"
#include "protocol/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace carillon {

/// Which deliveries an operator means: those that fit everything that is given.
struct delivery_filter {
  std::optional<delivery_status> status{};
  std::optional<std::string> channel{};
  std::optional<std::string> event_type{};
  /// An address or a user id.
  std::optional<std::string> recipient{};
  std::optional<carillon::error_class> why{};
  std::optional<timestamp> since{};
  std::optional<timestamp> until{};
  /// Named ones; empty for all.
  std::vector<delivery_id> ids{};
};

/// What an operator does to one delivery.
enum class intervention_kind : std::uint8_t { retry, cancel };

/// Retries what is dead or cancelled with a fresh budget, and what waits at once; cancels what has
/// not been sent. `conflict` where its state forbids that.
struct intervention {
  delivery_id id{};
  intervention_kind kind{intervention_kind::retry};
  delivery_ptr done{};
  answer<delivery_ptr> reply{};
};

/// How far work on many is.
enum class batch_status : std::uint8_t { processing, completed, cancelled, failed };

/// Work on many deliveries, done in slices; it goes on after a restart.
struct batch_record {
  batch_id id{};
  batch_status status{batch_status::processing};
  std::int64_t total{0};
  /// Of those, how many are final, how many of them were delivered, and how many were not.
  std::int64_t processed{0};
  std::int64_t succeeded{0};
  std::int64_t failed{0};
  timestamp created_at{};
  std::optional<timestamp> completed_at{};
};

/// What became of the wish to begin one.
struct batch_begun {
  batch_record what{};
  std::optional<stored_answer> replayed{};
};

/// Sends dead deliveries again that fit, those that are dead by now and none that die later.
struct replaying {
  delivery_filter which{};
  std::optional<once<batch_begun>> idempotency{};
  batch_begun done{};
  answer<batch_begun> reply{};
};

/// Stops a batch: what of it has not been sent is cancelled. One that is over stays as it is.
struct batch_stop {
  batch_id id{};
  batch_record done{};
  answer<batch_record> reply{};
};

/// What a bulk tells each of its users.
struct bulk_letter {
  std::string template_code{};
  /// What the template is filled with, a JSON object as text.
  std::string data{};
  /// Empty for the template's own.
  std::vector<std::string> channels{};
  /// The template's own where it is not given.
  std::optional<carillon::priority> priority{};
  std::string trace_id{};
};

/// Users of a bulk who are planned and committed together.
inline constexpr std::size_t bulk_chunk_users = 100;

/// Users that one bulk may have.
inline constexpr std::size_t most_bulk_users = 100'000;

/// Begins a bulk: stores the users, each of them once, chunk by chunk. They are told later.
struct bulking {
  bulk_letter what{};
  /// Who asks for it: their sessions are told how far it is.
  std::string by{};
  std::vector<std::string> user_ids{};
  std::optional<once<batch_begun>> idempotency{};
  batch_begun done{};
  answer<batch_begun> reply{};
};

/// Channels and recipients, as locks name them.
using told_list = std::vector<std::pair<std::string, std::string>>;

/// What a bulk tells that comes of an event with more addressed people than one commit takes.
struct event_letter {
  /// The routes that tell them, in order, each a JSON object with one channel.
  std::vector<std::string> routes{};
  /// Roles and stores whose people are told, as they are stored when their turn comes.
  std::vector<audience> groups{};
  /// Who has been told already and may be met again by a slice.
  told_list told{};
};

/// The part of an event's bulk that a slice of its people is.
struct event_turn {
  event about{};
  event_letter letter{};
  /// They are those whom the event names; otherwise people of the groups.
  bool named{false};
  /// Behind whom the groups go on; nothing where nobody follows.
  std::optional<std::string> next{};
  /// How many the groups have, with their first slice.
  std::int64_t members{0};
};

/// The users of a bulk who come next.
struct bulk_slice {
  batch_id batch{};
  std::int64_t number{0};
  bulk_letter what{};
  std::vector<std::string> user_ids{};
  /// Set where an event is told; `what` says nothing then.
  std::optional<event_turn> of{};
};

/// A bulk that was looked at.
struct bulk_standing {
  batch_id id{};
  std::string by{};
  /// Users wait for their turn.
  bool waits{false};
  /// It has just ended.
  bool over{false};
};

/// Ends a bulk that cannot go on: the users who were not told yet never are.
struct bulk_failing {
  batch_id id{};
  bool done{true};
  answer<bool> reply{};
};

/// A user of a bulk whom nothing reached, and why on each channel.
struct bulk_failure {
  struct miss {
    std::string channel{};
    delivery_status status{};
    std::string why{};
  };

  std::string user_id{};
  std::vector<miss> misses{};
};

/// Looks at once for what is due and waits for nobody to draw it, at most so many.
struct dispatching {
  int limit{20};
  std::int64_t done{0};
  answer<std::int64_t> reply{};
};

/// Replaces the routes of the API; each is a JSON object as text.
struct route_change {
  std::vector<std::string> routes{};
  bool done{true};
  answer<bool> reply{};
};

/// The final answer of an idempotent request that waited after its commit.
struct conclusion {
  std::string subject{};
  std::string method{};
  std::string path{};
  std::string key{};
  int status{200};
  std::string body{};
  bool done{true};
  answer<bool> reply{};
};

}  // namespace carillon
