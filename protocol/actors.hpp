#pragma once

// Every actor interface and every message between actors. All of them stay in this process: what
// crosses to another node will be in `protocol/wire.hpp`.

#include "protocol/answer.hpp"
#include "protocol/channel_order.hpp"
#include "protocol/delivery.hpp"
#include "protocol/draft.hpp"
#include "protocol/inbox_change.hpp"
#include "protocol/ingress_orders.hpp"
#include "protocol/live_messages.hpp"
#include "protocol/preferences.hpp"
#include "protocol/principal.hpp"
#include "protocol/push.hpp"
#include "protocol/query.hpp"
#include "protocol/route.hpp"
#include "protocol/standing.hpp"
#include "protocol/tally.hpp"
#include "protocol/timer.hpp"
#include "protocol/transport.hpp"
#include "protocol/unit.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/typed_actor.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace carillon {

// -- supervision ------------------------------------------------------------------------------

/// A child's handler threw; it has restarted in place, or quits past its intensity.
struct child_failed {
  std::string name{};
  std::string what{};
};

/// A delayed self-message; one of an earlier life of its actor is dropped unseen.
struct tick {
  std::uint32_t what{0};
  std::uint64_t life{0};
};

/// The SUPERVISOR of a group of actors.
using supervisor_actor = caf::typed_actor<
  // Counts a restart.
  caf::reacts_to<child_failed>>;

// -- the retry scheduler ----------------------------------------------------------------------

/// The RETRY SCHEDULER: the one clock of everything that waits in storage.
using retry_scheduler_actor = caf::typed_actor<
  // Keeps the earlier of this and what it has.
  caf::reacts_to<arm>>;

// -- the sender -------------------------------------------------------------------------------

/// Deliveries claimed for a sender, committed before they are handed over. Those for a wish before
/// its last fresh one are not taken: storage has freed them.
struct handover {
  std::uint64_t generation{0};
  std::vector<delivery_ptr> deliveries{};
};
using handover_ptr = std::shared_ptr<const handover>;

/// How an exchange ended (from the transport's thread).
struct exchange {
  std::uint64_t generation{0};
  delivery_id delivery{};
  transport_result result{};
};
using exchange_ptr = std::shared_ptr<const exchange>;

/// A settlement of this delivery was committed, or has to be told again.
struct settled {
  std::uint64_t generation{0};
  delivery_id delivery{};
  bool committed{false};
};

/// The node stops: start no new attempt, answer when none is in flight.
struct drain {
  std::shared_ptr<answer<bool>> reply{};
};

/// Persistence has started again and forgot every wish; what it claimed last may be lost on the
/// way. The sender wishes afresh, with the ids it holds.
struct wish_again {};

/// How an exchange ended that is no delivery: a token was asked for, or the credentials tested
/// (from the transport's thread). One whose number is not waited for is stale.
struct side_exchange {
  std::uint64_t number{0};
  transport_result result{};
};
using side_exchange_ptr = std::shared_ptr<const side_exchange>;

/// An operator cancelled these: those of them that have not been started are not sent.
struct withdraw {
  std::vector<delivery_id> deliveries{};
};

/// The SENDER of one channel.
using sender_actor = caf::typed_actor<
  // Drops what has not been started.
  caf::reacts_to<withdraw>,
  // Takes deliveries into its lanes.
  caf::reacts_to<handover_ptr>,
  // Judges an answer and reports what follows to persistence.
  caf::reacts_to<exchange_ptr>,
  // Frees the slot, or reports again.
  caf::reacts_to<settled>,
  // Repeats its wish.
  caf::reacts_to<wish_again>,
  // Goes on with the token, or tells how the test went.
  caf::reacts_to<side_exchange_ptr>,
  // Does what an operator asks.
  caf::reacts_to<channel_order>,
  // Finishes what is in flight.
  caf::reacts_to<drain>>;

// -- persistence ------------------------------------------------------------------------------

/// A sender's standing wish: how many more deliveries it has room for, lane by lane. The last one
/// of a channel counts.
struct want {
  std::string channel{};
  sender_actor sender{};
  std::uint64_t generation{0};
  /// By `static_cast<std::size_t>(priority)`.
  std::array<std::uint32_t, lane_count> room{};
  /// It takes nothing but deliveries that a backup can take over.
  bool only_backed{false};
  /// The first wish of a generation: rows this node owns on the channel but that are not held are
  /// freed first.
  bool fresh{false};
  std::vector<delivery_id> held{};
};
using want_ptr = std::shared_ptr<const want>;

/// The node stops: commit what waits, then give up the node's name.
struct close_store {
  std::shared_ptr<answer<bool>> reply{};
};

/// Tell the scheduler and the watchdog afresh what waits in storage: at the start, and when one of
/// them has started again and knows nothing.
struct survey_again {};

/// PERSISTENCE: the only writer. What waits in its mailbox is the next commit.
using persistence_actor = caf::typed_actor<
  // Commits it with everybody else's, answers, hands over.
  caf::reacts_to<unit_ptr>,
  // Serves it as rows appear.
  caf::reacts_to<want_ptr>,
  // Works one bounded slice of what is due.
  caf::reacts_to<due>,
  // Reads from storage what waits there.
  caf::reacts_to<survey_again>,
  // Commits the rest and lets go of the store.
  caf::reacts_to<close_store>>;

// -- queries ----------------------------------------------------------------------------------

/// QUERIES: reads, each on an idle reader of its own thread.
using queries_actor = caf::typed_actor<
  // Answers through the query itself.
  caf::reacts_to<query_ptr>>;

// -- the waiting room -------------------------------------------------------------------------

/// A producer who waits until the deliveries of a mailing were tried, but not beyond `until`.
struct awaited {
  /// Those that are to be tried within the time.
  std::vector<delivery_id> ids{};
  steady_time until{};
  std::optional<once<mailed>> idempotency{};
  answer<mailed> reply{};
};
using awaited_ptr = std::shared_ptr<awaited>;

/// What the commit of an awaited mailing came to.
struct mailing_committed {
  awaited_ptr whose{};
  std::shared_ptr<const result<mailed>> done{};
};

/// Deliveries in the state that an outcome, now committed, left them in.
using outcomes_ptr = std::shared_ptr<const std::vector<delivery_ptr>>;

/// Nobody waits any longer: the node stops.
struct close_waiting {};

/// The WAITING ROOM: producers who wait for the first attempts of what they sent.
using waiting_room_actor = caf::typed_actor<
  // Takes one in, before the mailing is given to persistence.
  caf::reacts_to<awaited_ptr>,
  // Answers what is known where nothing is left to wait for.
  caf::reacts_to<mailing_committed>,
  // Answers those whose last outcome this is.
  caf::reacts_to<outcomes_ptr>,
  // Answers everybody with what is known.
  caf::reacts_to<close_waiting>>;

// -- ingress ----------------------------------------------------------------------------------

/// INGRESS: plans what a posting or an event means and gives it to persistence.
using ingress_actor = caf::typed_actor<
  // Plans a mailing and has its producer wait.
  caf::reacts_to<mailing_ptr>,
  // Plans an event and asks what the store would make of it.
  caf::reacts_to<rehearsal_ptr>,
  // Plans the message of a digest.
  caf::reacts_to<digest_turn_ptr>,
  // Begins a bulk.
  caf::reacts_to<bulk_order_ptr>,
  // Plans what its next users are told.
  caf::reacts_to<bulk_turn_ptr>,
  // Plans a posting.
  caf::reacts_to<posting_ptr>,
  // Gathers facts where needed and plans an event.
  caf::reacts_to<happening_ptr>,
  // Uses this catalog from the next message on.
  caf::reacts_to<catalog_ptr>>;

// -- digests ----------------------------------------------------------------------------------

/// Digests that are over wait for their message.
struct digests_wait {};

/// The DIGEST RUNNER: gives ingress the digests that are over.
using digest_runner_actor = caf::typed_actor<
  // Asks for them, where it is not at work on some.
  caf::reacts_to<digests_wait>>;

// -- bulk -------------------------------------------------------------------------------------

/// Bulks that were looked at, or have ended.
using bulks_ptr = std::shared_ptr<const std::vector<bulk_standing>>;

/// The BULK RUNNER: gives ingress the users of bulks, one slice after the other.
using bulk_runner_actor = caf::typed_actor<
  // Goes on with those who wait, and tells who asked for them how far they are.
  caf::reacts_to<bulks_ptr>>;

// -- live -------------------------------------------------------------------------------------

/// A SESSION: one user online, with all their connections on this node.
using session_actor = caf::typed_actor<
  // Gives it to the connections entitled to it.
  caf::reacts_to<push_ptr>,
  // Takes or drops a connection, tells of a change, goes on with a replay.
  caf::reacts_to<session_note>,
  // Does what a client asks.
  caf::reacts_to<client_command_ptr>>;

/// PRESENCE: who is connected, and the one place where `seq` order becomes push order.
using presence_actor = caf::typed_actor<
  // Pushes in `seq` order.
  caf::reacts_to<released_ptr>,
  // Tells the user's session.
  caf::reacts_to<inbox_change_ptr>,
  // Tells the user's session.
  caf::reacts_to<preferences_change_ptr>,
  // Tells the user's session.
  caf::reacts_to<personal_event_ptr>,
  // Enters a connection.
  caf::reacts_to<attach>,
  // Forgets one.
  caf::reacts_to<detach>,
  // Goes on with what it could not take.
  caf::reacts_to<room>,
  // Reads on from storage.
  caf::reacts_to<reread>,
  // Closes everything.
  caf::reacts_to<close_all>,
  // Answers who is online.
  caf::reacts_to<list_online>>;

// -- the watchdog -----------------------------------------------------------------------------

/// What waits and is dead on every channel, as storage says: in place of all earlier counts.
struct recount {
  tallies_ptr counts{};
};

/// What happens on channels beside the counts.
struct channel_news {
  std::variant<channel_standing, failing, limited, failed_over> what{};
};

/// The WATCHDOG: counts per channel, and the alerts.
using watchdog_actor = caf::typed_actor<
  // Counts from here on.
  caf::reacts_to<recount>,
  // Adds to its counts.
  caf::reacts_to<tallies_ptr>,
  // Raises alerts and takes them back.
  caf::reacts_to<channel_news>>;

template <class Inspector>
auto inspect(Inspector& f, child_failed& x) {
  return f(x.name, x.what);
}

template <class Inspector>
auto inspect(Inspector& f, tick& x) {
  return f(x.what, x.life);
}

}  // namespace carillon

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::arm)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::handover_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::exchange_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::settled)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::drain)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::wish_again)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::side_exchange_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::channel_order)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::withdraw)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::want_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::survey_again)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::close_store)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::unit_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::query_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::posting_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::happening_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::mailing_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::rehearsal_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::digest_turn_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::digests_wait)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::bulk_order_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::bulk_turn_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::bulks_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::awaited_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::mailing_committed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::outcomes_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::close_waiting)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::catalog_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::released_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::inbox_change_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::preferences_change_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::personal_event_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::attach)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::detach)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::room)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::reread)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::close_all)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::list_online)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::client_command_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::session_note)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::push_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::tallies_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::recount)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::channel_news)
