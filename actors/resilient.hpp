#pragma once

#include "actors/fault.hpp"
#include "protocol/actors.hpp"
#include "protocol/metrics.hpp"

#include <caf/actor_clock.hpp>
#include <caf/exit_reason.hpp>
#include <caf/response_promise.hpp>
#include <caf/sec.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace carillon {

/// Who looks after an actor: told of its failures, and where the length of its mailbox is shown
/// (nowhere when null).
struct care {
  care(supervisor_actor told) : supervisor(std::move(told)) {}
  care(supervisor_actor told, metrics& shown) : supervisor(std::move(told)), gauges(&shown) {}

  supervisor_actor supervisor;
  metrics* gauges = nullptr;
};

/// An actor that survives what its handlers throw: in message handlers, continuations of requests,
/// down and exit handlers alike. It starts again in place with a fresh state, at the same address,
/// with the mail that waits; the message that threw gets an error, and continuations and ticks of
/// the earlier life are dropped. More than `max_failures` within `window` and it quits with the
/// error, which its supervisor takes for its own.
template <class Handle>
class resilient : public Handle::template extend<caf::reacts_to<tick>>::base {
 public:
  using base = typename Handle::template extend<caf::reacts_to<tick>>::base;
  using typename base::behavior_type;

  static constexpr std::size_t max_failures = 5;
  static constexpr auto window = std::chrono::seconds{30};

  resilient(caf::actor_config& cfg, care by, std::size_t bearable)
      : base(cfg), care_(std::move(by)), bearable_(bearable) {}

  /// Sends this actor a `tick` of that kind after a while; one of an earlier life never arrives.
  void after(caf::timespan wait, std::uint32_t what) {
    this->delayed_send(typename base::actor_hdl{this}, wait, tick{what, life_});
  }

  /// The same at the end of what waits in the mailbox now.
  void soon(std::uint32_t what) { this->send(typename base::actor_hdl{this}, tick{what, life_}); }

  /// This actor as others know it.
  Handle handle() { return typename base::actor_hdl{this}; }

  /// How often it has been started again; 0 in its first life.
  std::uint64_t life() const noexcept { return life_; }

  /// Steady time; virtual in tests.
  steady_time steady_now() { return this->clock().now(); }

  caf::invoke_message_result consume(caf::mailbox_element& x) override {
    auto& what = x.content();
    if (what.template match_elements<tick>() && what.template get_as<tick>(0).life != life_)
      return caf::invoke_message_result::consumed;
    const bool ordered_out = what.template match_elements<caf::exit_msg>();
    this->current_element_ = &x;  // what is answered if it throws before CAF looks at it
    try {
      if (!ordered_out)
        fault_point(this->name());
      auto result = base::consume(x);
      show_mailbox();
      return result;
    } catch (const std::exception& e) {
      failed(e.what(), ordered_out);
    } catch (...) {
      failed("an exception of an unknown type", ordered_out);
    }
    return caf::invoke_message_result::consumed;
  }

 protected:
  /// Shows that it is there, before anything waits for it.
  void show() {
    if (!care_.gauges)
      return;
    care_.gauges->began(this->name());
    care_.gauges->mailbox_depth(this->name(), 0);
  }

 private:
  void failed(std::string what, bool ordered_out) {
    if (this->current_element_->mid.is_request())
      this->make_response_promise().deliver(caf::make_error(caf::sec::runtime_error, what));
    for (;;) {
      this->send(care_.supervisor, child_failed{this->name(), what});
      if (ordered_out)
        return this->quit(caf::exit_reason::user_shutdown);
      const auto now = this->clock().now();
      failures_.push_back(now);
      while (now - failures_.front() > window)
        failures_.pop_front();
      if (failures_.size() > bearable_)
        return this->quit(caf::make_error(caf::sec::runtime_error, this->name(), what));
      try {
        return start_again();
      } catch (const std::exception& e) {
        what = e.what();
      }
    }
  }

  void start_again() {
    ++life_;
    this->awaited_responses_.clear();
    this->multiplexed_responses_.clear();
    this->become(this->make_behavior());
  }

  void show_mailbox() {
    if (!care_.gauges)
      return;
    const bool sample = ++handled_ % 64 == 0;
    if (!sample && shown_ == 0)
      return;
    const auto depth = this->mailbox().size();
    if (depth == shown_ || (!sample && depth != 0))
      return;
    shown_ = depth;
    care_.gauges->mailbox_depth(this->name(), static_cast<std::int64_t>(depth));
  }

  care care_;
  std::size_t bearable_;
  std::deque<caf::actor_clock::time_point> failures_;
  std::uint64_t life_ = 0;
  std::uint64_t handled_ = 0;
  std::size_t shown_ = 0;
};

/// A resilient actor whose every life is one `State`: it has a `static constexpr const char* name`,
/// a constructor `State(resilient<Handle>&, args...)` and `behavior()`, which includes a handler
/// for `tick`. The arguments are kept and copied for each life: what must outlive one is shared
/// through them. A state with `static constexpr bool temporary = true` quits at its first failure.
template <class Handle, class State>
class resilient_actor final : public resilient<Handle> {
 public:
  template <class... Args>
  resilient_actor(caf::actor_config& cfg, care by, Args... args)
      : resilient<Handle>(cfg, std::move(by), bearable()),
        make_([=, this] { state_.emplace(*this, args...); }) {}

  const char* name() const override { return State::name; }

  /// What the state holds unanswered is answered by its destructor here.
  void on_exit() override {
    state_.reset();
    make_ = nullptr;
  }

 private:
  static constexpr std::size_t bearable() {
    if constexpr (requires { State::temporary; })
      return State::temporary ? 0 : resilient<Handle>::max_failures;
    else
      return resilient<Handle>::max_failures;
  }

  typename resilient<Handle>::behavior_type make_behavior() override {
    if (this->life() == 0)
      this->show();
    state_.reset();
    make_();
    return state_->behavior();
  }

  std::function<void()> make_;
  std::optional<State> state_;
};

}  // namespace carillon
