#pragma once

#include "actors/presence.hpp"
#include "actors/presence_control.hpp"
#include "actors/push_budget.hpp"
#include "actors/resilient.hpp"
#include "actors/session.hpp"
#include "protocol/connection.hpp"
#include "protocol/rules/audience_index.hpp"
#include "protocol/rules/presence_feed.hpp"
#include "protocol/rules/seq_line.hpp"

#include <boost/container/small_vector.hpp>

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace carillon {

/// What all lives of presence share.
struct presence_world {
  persistence_actor persistence;
  queries_actor queries;
  wall_clock clock;
  metrics& counts;
  presence_options how;
  /// Set when the node stops: connections are closed with it and refused.
  std::optional<close_code> closing{};
};

using presence_world_ptr = std::shared_ptr<presence_world>;

/// One life of presence. When it ends, so do its sessions, and every connection with 1012.
class presence_state {
 public:
  static constexpr const char* name = "presence";

  using actor = resilient<presence_control>;

  presence_state(actor& self, presence_world_ptr world);
  ~presence_state();

  actor::behavior_type behavior();

 private:
  /// A connection that came before the counter row was known: it is live after this row, the last
  /// that was heard of until then.
  struct arrival {
    connection_ptr who;
    std::int64_t after{0};
  };

  /// A user online.
  struct member {
    session_actor session{};
    boost::container::small_vector<connection_ptr, 1> connections{};
    timestamp since{};
  };
  using slot = rules::audience_index::slot;

  // What becomes visible (presence_line.cpp).
  void take(const released& what);
  void take(const presence_answer& what);
  void start_at(const inbox_state& where);
  void take_page(const seq_page& page);
  void push_ready();
  void read_on();
  void gather(rules::seq_row row);
  void launch_gathered();
  void note_pushes();
  bool has_room();
  template <class Question>
  void ask(Question what);

  // Who is here (presence_state.cpp).
  void enter(const connection_ptr& who);
  void admit(const connection_ptr& who);
  void admit_waiting(std::int64_t reached);
  void leave(const connection_ptr& who);
  void dismiss(slot which);
  void end(const session_over& what);
  void close(const close_all& what);
  std::vector<online_user> online() const;
  void farewell() noexcept;

  // Who is told of it (presence_state.cpp).
  void watched(const watch& what);
  void announce();

  void tick_if_needed();
  void on_tick();

  actor& self_;
  presence_world_ptr world_;
  session_services_ptr services_;
  std::shared_ptr<push_budget> budget_;
  /// Rows of one audience that leave together.
  std::vector<rules::seq_row> gathered_;
  std::size_t gathered_bytes_ = 0;
  /// Personal ones of events that left, to be noted together.
  std::vector<notification_id> pushed_;

  /// Nothing until the counter row was read.
  std::optional<rules::seq_line> line_;
  /// The highest `seq` heard of before that, and the lowest of those that somebody waits for.
  std::int64_t heard_ = 0;
  std::optional<std::int64_t> first_awaited_;
  /// In the order of their coming, and so of their rows.
  std::vector<arrival> waiting_;
  bool reading_ = false;
  bool blocked_ = false;
  /// Storage failed to answer: ask again at the next tick, also for the counter row.
  bool read_again_ = false;
  bool ask_state_again_ = false;

  rules::audience_index index_;
  /// By slot.
  std::deque<member> members_;
  std::size_t connections_ = 0;

  rules::presence_feed feed_;
  std::map<std::uint64_t, connection_ptr> watchers_;

  std::vector<std::shared_ptr<answer<bool>>> closed_;
  steady_time close_deadline_{};
  bool ticking_ = false;
};

}  // namespace carillon
