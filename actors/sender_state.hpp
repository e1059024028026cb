#pragma once

#include "actors/held_deliveries.hpp"
#include "actors/resilient.hpp"
#include "actors/sender.hpp"
#include "protocol/actors.hpp"
#include "protocol/channel.hpp"
#include "protocol/metrics.hpp"
#include "protocol/rules/circuit.hpp"
#include "protocol/rules/rate.hpp"
#include "protocol/rules/scope_table.hpp"
#include "protocol/rules/settle.hpp"
#include "protocol/rules/token_keeper.hpp"
#include "protocol/transport.hpp"

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace carillon {

/// What a sender is given, and what outlives its failures.
struct sender_post : sender_setup {
  sender_post(sender_setup setup, persistence_actor storage, metrics& shown, steady_time now);

  /// Heeds what the provider wanted left alone before this process.
  void freeze_again(timestamp today, steady_time now);

  persistence_actor persistence;
  metrics* counts;

  /// When the last attempt counted, of those of which it is known; when the others do, at the
  /// latest.
  std::optional<steady_time> last_use_at{};
  std::multiset<steady_time> untold{};
  rules::scope_table scopes;
  rules::token_keeper tokens{};
  steady_time frozen_until{steady_time::min()};
  /// What storage knows of a freeze holds no more: the next attempt says so.
  bool thawed{false};
  bool draining{false};
  /// What keeps it from sending beside its circuit: `active` for nothing, `paused` or `broken`.
  channel_standing held_back{};
  /// The standing that was told last.
  channel_standing told{};
  int failures_in_a_row{0};
  /// The watchdog was told of something that the next success ends.
  bool success_is_news{false};
  std::string last_error{};
  /// Of exchanges that are no deliveries, each another.
  std::uint64_t last_number{0};
  /// Exchanges with the transport, those of earlier lives included; it counts them down itself.
  std::shared_ptr<std::atomic<int>> under_way{std::make_shared<std::atomic<int>>(0)};
};

/// One life of a sender. Whatever it is told, it remembers it and then does all that can be done
/// at that moment (`go_on`); at most one tick wakes it for what has to wait.
class sender_state {
 public:
  static constexpr const char* name = "sender";

  sender_state(resilient<sender_actor>& self, std::shared_ptr<sender_post> post);

  resilient<sender_actor>::behavior_type behavior();

 private:
  // -- what comes in (sender.cpp) -------------------------------------------------------------

  void take(const handover& x);
  void let_go(const withdraw& x);
  void read(const exchange& x);
  void acknowledge(const settled& x);
  void stop(const drain& x);
  void woken();

  // -- sending (sender.cpp) -------------------------------------------------------------------

  void go_on();
  void send_on(steady_time now);
  /// When the next attempt may start; `max` where only an event can tell.
  steady_time ready_at(steady_time now) const;
  /// When this one may start, where the next may.
  steady_time ready_at(const held_delivery& x, steady_time now);
  int in_flight() const;
  void start(held_delivery& x, steady_time now);
  /// When its scopes let it go. Those of which nothing is known yet are noted as a question.
  steady_time scopes_ready_at(const held_delivery& x, steady_time now);
  /// Gives back to storage what waits for scopes that are used up, where it leaves no room.
  void make_room(steady_time now);
  /// A broken channel asks only for what can go to its backup; the rest waits in storage.
  bool wants_any() const;
  void ask(bool fresh);
  /// Wakes at that time, or when the time of something that waits is over.
  void sleep_until(steady_time at, steady_time now);
  /// One tick at a time is under way, but where an earlier one is needed.
  void wake(steady_time at, steady_time now);

  // -- what scopes did before this process (sender_recall.cpp) --------------------------------

  /// Asks storage for what is noted as a question.
  void ask_about_scopes();
  void remember(const recall& x);
  /// What an attempt of it counts against beyond this process.
  std::vector<scope_use> uses_of(const held_delivery& x) const;

  // -- when attempts count (sender_uses.cpp) ------------------------------------------------

  /// The channel's own rate with all that counts against it.
  rules::rate rate_now() const;
  /// Takes from all rates for an attempt; it counts when it is told, and at the latest when there
  /// will be no answer to it any more.
  void use(held_delivery& x, steady_time now);
  void told(held_delivery& x, steady_time at);
  void read(const attempt_written& x);
  /// Tells a life of the sender that the request of an attempt was written; empty where nothing
  /// waits for that.
  transport::written note_for(const held_delivery& x) const;

  // -- outcomes (sender_outcomes.cpp) ---------------------------------------------------------

  /// Sends the same once more at once where the answer asks for it for the first time.
  bool send_again(held_delivery& x, const rules::finished& attempt);
  /// Decides what follows from an attempt and reports it.
  void settle(held_delivery& x, const rules::finished& attempt);
  void decide(held_delivery& x, rules::transition follows);
  /// What a provider's answer means for the deliveries behind this one.
  void heed(const held_delivery& x, const outcome& how);
  /// Leaves alone what the provider wants left alone; answers that for storage
  /// (sender_freezes.cpp).
  std::vector<scope_use> freeze(const held_delivery& x, const outcome& how,
                                const delivery& follows);
  /// Ends what can no longer be sent: its time is over, or the channel is broken and it has a
  /// backup.
  void bury();
  void tell(held_delivery& x);
  void tell_again(steady_time now);
  void count(const rules::transition& x);
  rules::circumstances circumstances();

  // -- the token, and tests of the credentials (sender_token.cpp) -----------------------------

  std::uint64_t exchange_aside(request what);
  void read(const side_exchange& x);
  /// Asks for a token where something waits for one.
  void ask_for_token(steady_time now);
  void request_token(steady_time now);
  void read_token(const std::variant<grant, outcome>& came);
  void start_test(const probe_now& x);
  /// The token for a test has come, or its refusal.
  void go_on_testing(const std::variant<grant, outcome>& came);
  void test_credentials();
  void finish_test(const result<probe_report>& found);
  void finish_test(const outcome& how);

  // -- tickets: tokens that serve one delivery each (sender_tickets.cpp) ----------------------

  /// When it may start for all that it needs a ticket.
  steady_time ticket_ready_at(const held_delivery& x, steady_time now);
  /// Gives it a ticket where it needs one, and back to storage with it: a process that dies from
  /// its attempt on knows the ticket. False where it needs none.
  bool take_ticket(held_delivery& x);
  /// Asks for more where something was found to lack one.
  void ask_for_tickets(steady_time now);
  /// The first to be sent that waits for a token or a ticket; null when none does.
  held_delivery* first_in_need(steady_time now);

  // -- how it stands (sender_orders.cpp) ------------------------------------------------------

  void obey(const channel_order& x);
  void take_over(const reconfigure& x);
  /// Keeps the channel from sending, or lets it send (`active`).
  void hold_back(channel_state state, std::string why);
  channel_standing standing() const;
  /// Tells of a change of state.
  void show();
  /// Tells of failures in a row, and of the success that ends them.
  void note(const outcome& how, const std::string& error);
  /// Tells of a limit that stops the whole channel.
  void note_limit(const outcome& how, const std::string& error);
  void tell_watchdog(channel_news x);

  resilient<sender_actor>& self_;
  std::shared_ptr<sender_post> post_;
  /// No two lives in this process share one.
  std::uint64_t generation_;
  /// Of the last fresh wish: what was handed over for an earlier one went back to storage.
  std::uint64_t wish_generation_{0};
  held_deliveries held_;
  rules::rate rate_;
  rules::circuit circuit_;
  std::mt19937_64 random_;
  /// No outcome has to be told again before then.
  steady_time tell_at_ = steady_time::max();
  std::optional<steady_time> wake_at_;
  std::vector<std::shared_ptr<answer<bool>>> drained_;

  /// Scopes asked about, or to be asked about, by their keys: each with how many attempts may have
  /// been under way when the process before died.
  struct question {
    scope_limit what{};
    int in_doubt{0};
    bool asked{false};
  };
  std::map<std::string, question> questions_;

  /// Something that waits lacks a ticket.
  bool tickets_wanted_ = false;

  /// A test of the credentials: who waits for it, and its exchange.
  std::vector<std::shared_ptr<answer<probe_report>>> testers_;
  std::uint64_t test_number_ = 0;
  bool test_has_token_ = false;
};

/// How long after its start an exchange may be answered: one that was not by then never will be.
milliseconds patience_of(const channel_settings& settings);

/// How many deliveries of a lane it keeps in memory.
std::uint32_t window_size(const channel_settings& settings);

/// What an exception out of `authorize`, `token`, `probe` or `judge` comes to.
outcome unreadable(const std::exception& e);

}  // namespace carillon
