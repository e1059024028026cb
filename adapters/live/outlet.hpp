#pragma once

#include "protocol/connection.hpp"

#include <boost/intrusive/list_hook.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <variant>

namespace carillon::live {

/// What actors ask of a connection besides pushes; carried out by the thread of its shard.
struct order {
  struct start {
    session_actor session;
  };
  struct say {
    live_event what;
  };
  struct tell_when_drained {};
  struct resume {};
  struct close {
    close_code code;
    std::string reason;
  };
  std::variant<start, say, tell_when_drained, resume, close> what;
};

class shard;

/// A live connection as its shard sees it. What actors ask of it goes through the shard's outbox;
/// what is declared here is for the shard's thread.
class outlet : public connection,
               public std::enable_shared_from_this<outlet>,
               public boost::intrusive::list_base_hook<> {
 public:
  explicit outlet(shard& on) noexcept;

  std::uint64_t id() const noexcept final { return id_; }

  void start(const session_actor& session) final;
  void push(push_ptr what) final;
  void say(live_event what) final;
  void tell_when_drained() final;
  void resume() final;
  void close(close_code code, std::string reason) final;

  /// Queues the bytes of a push; nothing need be written yet.
  virtual void take(const push_ptr& what) = 0;

  /// Does what an actor asked; frames of its own are queued, not written yet.
  virtual void obey(order what) = 0;

  /// Writes what is queued.
  virtual void flush() = 0;

 protected:
  shard& shard_;

 private:
  friend class outbox;
  friend class shard;
  const std::uint64_t id_;
  bool in_line_ = false;              ///< of those that have to write
  std::shared_ptr<outlet> enrolled_;  ///< itself, while its shard keeps it alive
};

using outlet_ptr = std::shared_ptr<outlet>;

}  // namespace carillon::live
