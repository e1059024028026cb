#pragma once

#include "protocol/administration.hpp"
#include "protocol/answer.hpp"
#include "protocol/collection.hpp"
#include "protocol/delivery.hpp"
#include "protocol/event.hpp"
#include "protocol/notification.hpp"
#include "protocol/once.hpp"
#include "protocol/operation.hpp"
#include "protocol/preferences.hpp"
#include "protocol/principal.hpp"
#include "protocol/template.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace carillon {

/// What became of a creation.
struct created {
  /// In the order asked; a duplicate's place holds the first one.
  std::vector<notification_ptr> notifications{};
  /// Parallel to `notifications`.
  std::vector<bool> duplicate{};
  std::vector<delivery_ptr> deliveries{};
  /// Set when the idempotency key was seen before; nothing else is then.
  std::optional<stored_answer> replayed{};
};

/// Creates notifications, all or none, with the deliveries of their other channels.
struct creation {
  /// Those with a `deliver_at` in the future get no `seq` yet.
  std::vector<std::shared_ptr<notification>> notifications{};
  /// The producer asked for an inbox row; false when `channels` had no `system`.
  bool inbox{true};
  /// Those without an inbox row in a batch where others have one; parallel to `notifications`, or
  /// empty where `inbox` speaks for all.
  std::vector<bool> unlisted{};
  std::vector<std::shared_ptr<delivery>> deliveries{};
  std::optional<once<created>> idempotency{};
  /// Set where an idempotent request waits for first attempts: what its answer shows. They are kept
  /// in its place until it is given, and repeats are told what became of them.
  std::vector<delivery_ptr> awaited{};
  /// Filled while the unit is applied; answered after the commit.
  created done{};
  answer<created> reply{};
};

/// What a mailing came to: a delivery for each channel asked, the inbox's row shown as one.
struct mailed {
  std::vector<delivery_ptr> deliveries{};
  std::optional<stored_answer> replayed{};
};

/// At most `count` messages of a route to a recipient in any window of that length.
struct throttle {
  int count{0};
  milliseconds per{0};

  friend bool operator==(const throttle&, const throttle&) = default;
};

/// The reason that stands for people who are told by a bulk.
inline constexpr std::string_view told_by_bulk = "bulk";

/// People whom a bulk tells of an event.
struct crowd {
  /// The route as a JSON object with one channel: what it says now holds to the end.
  std::string route{};
  /// The role or the store they have; otherwise they are named.
  std::optional<audience> group{};
  std::vector<std::string> named{};
};

/// One thing an event means: an inbox row or a delivery, and the lock that makes it happen once.
struct planned {
  std::shared_ptr<notification> inbox{};
  std::shared_ptr<carillon::delivery> delivery{};
  /// Channel and recipient of the lock; it is taken only where the event has an `entity_id`.
  std::string channel{};
  std::string recipient{};
  /// How long the lock holds; 0 is the retention time.
  milliseconds lock_for{0};
  /// The route's bound on how often, decided by the commit; `bucket` names route, channel and
  /// recipient.
  std::optional<carillon::throttle> at_most{};
  std::string bucket{};
  /// Set where it waits for others: `delivery` is then the one of a digest that begins with it.
  std::optional<collectable> waits_with{};
  /// Set where more are told than one commit takes: `delivery` stands for them all and is not
  /// stored.
  std::optional<crowd> told_later{};
};

/// What became of an event.
struct accepted {
  event_id id{};
  /// Every delivery was locked by an earlier event, whose id `id` then is.
  bool duplicate{false};
  /// Those created, and those skipped with a reason; the inbox rows among them have a
  /// `notification` and channel `system`, are `delivered` and are not stored as deliveries.
  std::vector<delivery_ptr> deliveries{};
  std::optional<stored_answer> replayed{};
  /// The bulk that tells all others.
  std::optional<batch_id> bulk{};
};

/// Stores an event with everything it means.
struct acceptance {
  event what{};
  std::vector<planned> plan{};
  /// The bulk to be begun where anybody is told later, and who is told before on its channels.
  batch_id bulk{};
  told_list told{};
  std::optional<once<accepted>> idempotency{};
  accepted done{};
  answer<accepted> reply{};
};

/// What a slice of an event's bulk means.
struct event_chunk {
  acceptance meant{};
  event_turn turn{};
  /// How many people it has.
  std::int64_t people{0};
};

/// What one slice of a bulk means. It is committed with the step to the next one: a slice that was
/// committed before, or whose bulk is over, changes nothing, and `done` is false.
struct bulk_chunk {
  batch_id batch{};
  std::int64_t number{0};
  creation meant{};
  /// Set where an event is told; `meant` is empty then.
  std::optional<event_chunk> of{};
  bool done{false};
  answer<bool> reply{};
};

/// Ends a digest with the message it comes to: committed together, so that it is told once. One
/// that was ended or cancelled before changes nothing, and `done` is false.
struct collection_end {
  delivery_id id{};
  /// That of its latest event.
  std::string type{};
  planned meant{};
  bool done{false};
  answer<bool> reply{};
};

/// What changed for a user.
struct marked {
  /// How many changed.
  std::int64_t count{0};
  /// Which ones; of `read_all` the newest, as many as are told.
  std::vector<notification_id> ids{};
  std::int64_t unread{0};
  timestamp at{};
};

/// What a user does to their inbox.
enum class mark_kind : std::uint8_t { read, read_all, remove };

/// Marks a user's own notifications. One named id that is not theirs is `not_found`; of several,
/// those of others are passed over.
struct marking {
  mark_kind kind{mark_kind::read};
  principal_ptr who{};
  std::vector<notification_id> ids{};
  bool single{false};
  /// The live connection it came from (0: none); the user's others are told.
  std::uint64_t origin{0};
  marked done{};
  answer<marked> reply{};
};

/// Notifications of events that went to a live connection of the user they are for; told once.
struct push_note {
  std::vector<notification_id> ids{};
  bool done{true};
  answer<bool> reply{};
};

/// Replaces a user's preferences: what becomes visible from this commit on obeys them.
struct preferring {
  std::string user_id{};
  preferences_ptr what{};
  preferences_version done{};
  answer<preferences_version> reply{};
};

/// How one attempt ended and what follows from it; told again until it is acknowledged.
struct settlement {
  /// The delivery in its new state.
  std::shared_ptr<const carillon::delivery> delivery{};
  /// Number 0: it ended without an attempt (its time was over), and none is logged.
  carillon::attempt attempt{};
  /// Tries before this one whose answer was to send the same once more at once.
  std::vector<carillon::attempt> earlier{};
  /// The next step of the failover chain, when this one died.
  std::shared_ptr<const carillon::delivery> successor{};
  /// False: not committed, to be told again.
  answer<bool> reply{};
};

/// The smallest thing committed: applied whole or not at all, together with everybody else's.
struct unit {
  std::variant<creation, acceptance, marking, settlement, preferring, administration, intervention,
               replaying, batch_stop, bulking, bulk_chunk, bulk_failing, dispatching, route_change,
               conclusion, templating, collection_end, push_note>
    what{};
  /// Set when applying it found that a rule refuses it: nothing of it is stored.
  std::optional<error> refused{};
  /// Who changed what: committed with it, unless it is refused.
  std::vector<audit_entry> audit{};
  /// When the door let it in: the wall time its rows carry.
  timestamp now{};
  steady_time arrived{};
  /// Gives its admission back to the door when it dies.
  std::shared_ptr<void> ticket{};
};

using unit_ptr = std::shared_ptr<unit>;

}  // namespace carillon
