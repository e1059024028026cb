#pragma once

#include "protocol/actors.hpp"
#include "protocol/metrics.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/fwd.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace carillon {

/// A message for a group: look after this one too.
struct adopt {
  caf::strong_actor_ptr child{};
};

/// One node of the tree: the root, or a group.
using guardian_actor = supervisor_actor::extend<
  // Watches it, and stops it before those adopted earlier.
  caf::reacts_to<adopt>>;

/// The tree of supervisors: a root over groups, a group over its actors. Actors restart in place by
/// themselves and tell their group, which counts it. One that ends with an error takes its group
/// with it, and a group the root.
class supervision {
 public:
  /// Called once, by an actor's thread, when the whole tree has ended: with the reason, empty after
  /// an ordered stop. After an error it comes within 10 s even if an actor hangs.
  using ended = std::function<void(const std::string& why)>;

  supervision(caf::actor_system& system, metrics& counts, ended tell);
  ~supervision();
  supervision(const supervision&) = delete;
  supervision& operator=(const supervision&) = delete;

  /// The group of that name, made at its first mention. Groups stop in the reverse order of this.
  supervisor_actor group(const std::string& name);

  /// Has a group look after an actor, which is stopped before those the group got earlier.
  template <class Handle>
  void watch(const supervisor_actor& group, const Handle& child) {
    adopt_into(group, caf::actor_cast<caf::strong_actor_ptr>(child));
  }

  /// Orders everything to stop, last adopted first, each after the one before it has ended.
  void stop();

 private:
  void adopt_into(const supervisor_actor& group, caf::strong_actor_ptr child);

  caf::actor_system& system_;
  metrics& counts_;
  guardian_actor root_;
  std::map<std::string, guardian_actor, std::less<>> groups_;
};

}  // namespace carillon

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::adopt)
