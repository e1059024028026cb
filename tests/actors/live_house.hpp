#pragma once

// Presence and sessions with everything around them that a test needs: storage in memory behind
// small actors, and connections that remember what they were given.

#include "actors/presence.hpp"
#include "protocol/codec/frames.hpp"
#include "protocol/connection.hpp"
#include "tests/quiet_metrics.hpp"

#include <caf/actor_system.hpp>

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace carillon::tests {

/// Remembers what it was given, in order: `#SEQ` for a push, the text of its
/// envelope for an event.
class recorder : public connection, public std::enable_shared_from_this<recorder> {
 public:
  recorder(principal_ptr who, frame_format format, std::optional<std::int64_t> since);

  std::uint64_t id() const noexcept override { return id_; }
  const principal_ptr& who() const noexcept override { return who_; }
  frame_format format() const noexcept override { return format_; }
  std::optional<std::int64_t> since() const noexcept override { return since_; }

  void start(const session_actor& session) override;
  void push(push_ptr what) override;
  void say(live_event what) override { log.push_back(codec::envelope(what.name, what.data)); }
  void tell_when_drained() override;
  void resume() override { ++resumed; }
  void close(close_code code, std::string reason) override;

  /// Answers `tell_when_drained` when the test says so.
  void drain();

  std::vector<std::int64_t> seqs() const;
  std::vector<std::string> texts() const;

  std::vector<std::string> log{};
  /// The pushes themselves, kept only where a test wants their weight to stay.
  std::vector<push_ptr> kept{};
  bool keep{false};
  bool drains_at_once{true};
  bool waits_for_room{false};
  int resumed{0};
  std::optional<close_code> closed{};
  session_actor session{};

 private:
  std::uint64_t id_;
  principal_ptr who_;
  frame_format format_;
  std::optional<std::int64_t> since_;
};

using recorder_ptr = std::shared_ptr<recorder>;

/// What storage holds, and what it was asked.
struct store {
  std::vector<notification_ptr> rows{};
  /// When whoever asks read the row of that `seq`.
  std::map<std::int64_t, timestamp> read_at{};
  std::int64_t floor{0};
  std::int64_t unread{0};
  bool away{false};
  /// Of whoever asks.
  std::vector<preferences_version> preferences{};
  /// Questions for them wait in `held`.
  bool holds_preferences{false};
  std::vector<query_ptr> held{};
  std::vector<read_range> read{};
  std::vector<unit_ptr> marks{};

  /// What retention does: rows up to there are gone.
  void prune(std::int64_t upto) {
    std::erase_if(rows, [upto](const auto& row) { return row->seq <= upto; });
    floor = upto;
  }

  std::int64_t head() const { return rows.empty() ? floor : rows.back()->seq; }
};

/// Counts restarts and users.
class tally_sheet : public quiet_metrics {
 public:
  void restarted(std::string_view actor) override { ++restarts[std::string{actor}]; }
  void users_online(std::int64_t now) override { users = now; }

  std::map<std::string, int> restarts{};
  std::int64_t users{0};
};

/// The house itself; the test runs its actors.
class live_house {
 public:
  explicit live_house(caf::actor_system& system);
  ~live_house();

  /// Starts presence; call once.
  void open(presence_options how = {});
  /// Ends every actor; the test runs the scheduler once more.
  void shut();

  /// A row becomes durable and nobody is told.
  notification_ptr write(audience to, std::string message = "m");
  /// Tells presence of rows in one commit.
  void release(std::vector<notification_ptr> rows);
  /// Both.
  notification_ptr post(audience to, std::string message = "m");

  recorder_ptr connect(principal who, frame_format format = frame_format::plain,
                       std::optional<std::int64_t> since = {});
  void disconnect(const recorder_ptr& who);
  void command(const recorder_ptr& from, command_kind kind, std::string argument = {});

  std::shared_ptr<store> storage = std::make_shared<store>();
  tally_sheet counts{};
  presence_actor presence{};
  std::vector<std::string> failures{};

 private:
  caf::actor_system& system_;
  queries_actor queries_{};
  persistence_actor persistence_{};
  supervisor_actor supervisor_{};
};

/// A user with these claims.
principal user(std::string id, std::vector<std::string> roles = {},
               std::vector<std::string> stores = {});

}  // namespace carillon::tests
