#pragma once

#include "actors/session.hpp"
#include "protocol/connection.hpp"
#include "protocol/live_event.hpp"
#include "protocol/rules/preferences.hpp"

#include <memory>

namespace carillon {

/// Where a seat asks storage, and who is to hear the answer.
struct session_desk {
  const session_services& with;
  const session_actor& self;
  /// The user's preferences; null until storage has told them.
  const rules::preference_history* preferences;
};

/// One connection of a session: greeted, brought up to date from storage, then live, but not before
/// the user's preferences are known. What comes before its turn waits, bounded.
class session_seat {
 public:
  explicit session_seat(connection_ptr who) noexcept;
  session_seat(session_seat&&) noexcept;
  session_seat& operator=(session_seat&&) noexcept;
  ~session_seat();

  const connection_ptr& who() const noexcept { return who_; }

  /// Everything up to `head` was pushed before it came.
  void enter(const session_desk& desk, std::int64_t head);

  /// The user's preferences became known: what waits obeys them.
  void obey(const session_desk& desk);

  /// A live push without what is suppressed, where that is known; only what the connection's own
  /// claims cover reaches it.
  void hear(const session_desk& desk, const push_ptr& what);

  /// An event of its own, never before its hello.
  void tell(live_event what);

  /// Its queue has room for another page.
  void drained(const session_desk& desk);

  void answered(const session_desk& desk, const result<inbox_state>& where);
  void answered(const session_desk& desk, const result<std::int64_t>& unread);
  void answered(const session_desk& desk, const result<seq_page>& page);

  /// Storage did not answer: closed with 1013, to resume.
  void give_up();

 private:
  struct entry;

  void go_on(const session_desk& desk);
  void go_live();

  connection_ptr who_;
  /// Null once it is live.
  std::unique_ptr<entry> entry_;
};

}  // namespace carillon
