#include "actors/supervisor.hpp"

#include <caf/actor_ostream.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/error.hpp>
#include <caf/exit_reason.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <spdlog/spdlog.h>

#include <chrono>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace carillon {

namespace {

/// How long the root waits for its children to end after one of them failed.
constexpr auto patience = std::chrono::seconds{10};

/// The root's reminder that its patience is at an end.
struct hangs {};

}  // namespace

}  // namespace carillon

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(carillon::hangs)

namespace carillon {

namespace {

using guardian_impl = guardian_actor::extend<caf::reacts_to<hangs>>;

struct guardian_state {
  std::string label{};
  metrics* counts{nullptr};
  /// Set for the root alone.
  supervision::ended tell{};
  std::vector<caf::strong_actor_ptr> children{};
  /// Why everything stops; nothing while nothing does.
  std::optional<caf::error> stopping{};
};

using guardian_pointer = guardian_impl::stateful_pointer<guardian_state>;

bool ordered(const caf::error& reason) {
  return !reason || reason == caf::exit_reason::user_shutdown
         || reason == caf::exit_reason::unreachable;
}

void tell_end(guardian_pointer self) {
  auto& state = self->state;
  if (auto tell = std::exchange(state.tell, nullptr))
    tell(ordered(*state.stopping) ? std::string{} : self->system().render(*state.stopping));
}

/// Orders the youngest child to end, or ends where there is none left.
void stop_next(guardian_pointer self) {
  auto& state = self->state;
  if (!state.children.empty())
    return self->send_exit(state.children.back(), caf::exit_reason::user_shutdown);
  tell_end(self);
  self->quit(*state.stopping);
}

void stop(guardian_pointer self, const caf::error& reason) {
  auto& state = self->state;
  if (state.stopping)
    return;
  state.stopping = reason;
  if (state.tell && !ordered(reason))
    self->delayed_send(guardian_impl{self}, patience, hangs{});
  stop_next(self);
}

void child_ended(guardian_pointer self, const caf::down_msg& what) {
  auto& state = self->state;
  std::erase_if(state.children, [&](auto& x) { return x->address() == what.source; });
  if (state.stopping)
    return stop_next(self);
  if (ordered(what.reason))
    return;
  spdlog::critical("{} ends: an actor of it failed: {}", state.label,
                   self->system().render(what.reason));
  stop(self, what.reason);
}

guardian_impl::behavior_type guardian(guardian_pointer self, const std::string& label,
                                      metrics* counts, const supervision::ended& tell) {
  self->state = {label, counts, tell, {}, {}};
  self->set_exit_handler([self](caf::exit_msg& x) { stop(self, x.reason); });
  self->set_down_handler([self](caf::down_msg& x) { child_ended(self, x); });
  return {
    [self](const child_failed& x) {
      self->state.counts->restarted(x.name);
      spdlog::error("{} failed and starts again: {}", x.name, x.what);
    },
    [self](const adopt& x) {
      self->monitor(x.child);
      self->state.children.push_back(x.child);
      if (self->state.stopping)
        self->send_exit(x.child, caf::exit_reason::user_shutdown);
    },
    [self](hangs) {
      spdlog::critical("{} actors did not end in time", self->state.children.size());
      tell_end(self);
      self->quit(*self->state.stopping);
    },
  };
}

}  // namespace

supervision::supervision(caf::actor_system& system, metrics& counts, ended tell)
    : system_(system), counts_(counts) {
  root_ = system_.spawn(guardian, std::string{"the engine"}, &counts_, std::move(tell));
}

supervision::~supervision() {
  stop();
}

supervisor_actor supervision::group(const std::string& name) {
  auto found = groups_.find(name);
  if (found == groups_.end()) {
    guardian_actor made = system_.spawn(guardian, "group " + name, &counts_, ended{});
    caf::anon_send(root_, adopt{caf::actor_cast<caf::strong_actor_ptr>(made)});
    found = groups_.emplace(name, std::move(made)).first;
  }
  return found->second;
}

void supervision::adopt_into(const supervisor_actor& group, caf::strong_actor_ptr child) {
  caf::anon_send(caf::actor_cast<guardian_actor>(group), adopt{std::move(child)});
}

void supervision::stop() {
  caf::anon_send_exit(root_, caf::exit_reason::user_shutdown);
}

}  // namespace carillon
