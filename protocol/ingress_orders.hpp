#pragma once

// What ingress is asked to plan. Each order carries its answer, and a ticket that keeps its place
// at the door until it is answered.

#include "protocol/answer.hpp"
#include "protocol/collection.hpp"
#include "protocol/draft.hpp"
#include "protocol/principal.hpp"
#include "protocol/query.hpp"
#include "protocol/route.hpp"
#include "protocol/unit.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace carillon {

/// Notifications a producer posts.
struct posting {
  std::vector<notification_draft> drafts{};
  /// They came as a batch: faults are placed below `/notifications/N`.
  bool batch{false};
  principal_ptr by{};
  std::optional<once<created>> idempotency{};
  timestamp now{};
  steady_time arrived{};
  std::shared_ptr<void> ticket{};
  answer<created> reply{};
};
using posting_ptr = std::shared_ptr<posting>;

/// An event a producer posts.
struct happening {
  event_draft draft{};
  principal_ptr by{};
  /// Set for an event of the engine's own: it follows this route and no other.
  std::optional<route> only{};
  std::optional<once<accepted>> idempotency{};
  timestamp now{};
  steady_time arrived{};
  std::shared_ptr<void> ticket{};
  answer<accepted> reply{};
};
using happening_ptr = std::shared_ptr<happening>;

/// A message on several channels, whose producer waits for the first attempts.
struct mailing {
  mailing_draft draft{};
  principal_ptr by{};
  std::optional<once<mailed>> idempotency{};
  /// How long its producer waits.
  milliseconds wait{0};
  timestamp now{};
  steady_time arrived{};
  std::shared_ptr<void> ticket{};
  answer<mailed> reply{};
};
using mailing_ptr = std::shared_ptr<mailing>;

/// A bulk a producer asks for: what stands in its way is told at once.
struct bulk_order {
  bulking what{};
  timestamp now{};
  steady_time arrived{};
  std::shared_ptr<void> ticket{};
};
using bulk_order_ptr = std::shared_ptr<bulk_order>;

/// The next users of a bulk, whose turn it is; the answer comes with the commit.
struct bulk_turn {
  bulk_slice what{};
  timestamp now{};
  steady_time arrived{};
  std::shared_ptr<void> ticket{};
  answer<bool> reply{};
};
using bulk_turn_ptr = std::shared_ptr<bulk_turn>;

/// A digest that is over: its message is planned and committed.
struct digest_turn {
  collection what{};
  timestamp now{};
  steady_time arrived{};
  std::shared_ptr<void> ticket{};
  answer<bool> reply{};
};
using digest_turn_ptr = std::shared_ptr<digest_turn>;

/// An event that is not posted: the answer tells what would come of it, by the locks, counts and
/// idempotency keys that the store has now.
struct rehearsal {
  event_draft draft{};
  std::optional<once<accepted>> idempotency{};
  timestamp now{};
  answer<std::shared_ptr<acceptance>> reply{};
};
using rehearsal_ptr = std::shared_ptr<rehearsal>;

}  // namespace carillon
