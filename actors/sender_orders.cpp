#include "actors/sender_state.hpp"

#include <spdlog/spdlog.h>

#include <string>
#include <utility>

namespace carillon {

namespace {

/// Calls the handler for what the order holds.
template <class... Handlers>
struct whichever : Handlers... {
  using Handlers::operator()...;
};

}  // namespace

void sender_state::obey(const channel_order& x) {
  const auto tell = [this](const std::shared_ptr<answer<channel_standing>>& reply) {
    go_on();
    if (reply)
      (*reply)(standing());
  };
  std::visit(whichever{[&](const pause_sending& order) {
                         hold_back(channel_state::paused, {});
                         tell(order.reply);
                       },
                       [&](const resume_sending& order) {
                         hold_back(channel_state::active, {});
                         tell(order.reply);
                       },
                       [&](const probe_now& order) {
                         start_test(order);
                         go_on();
                       },
                       [&](const reconfigure& order) {
                         take_over(order);
                         tell(order.reply);
                       },
                       [&](const ask_standing& order) { tell(order.reply); },
                       [&](const recall& told) {
                         remember(told);
                         go_on();
                       },
                       [&](const attempt_written& note) { read(note); }},
             x.what);
}

void sender_state::take_over(const reconfigure& x) {
  if (post_->settings.keys != x.settings.keys) {  // what was frozen was another's
    post_->frozen_until = steady_time::min();
    post_->thawed = true;
  }
  post_->settings = x.settings;
  if (x.channel)
    post_->channel = x.channel;
  post_->tokens.forget();
  finish_test(error{errc::conflict, "the channel was configured anew meanwhile"});
  rate_ = rate_now();
  rate_.freeze(post_->frozen_until);
  circuit_ = rules::circuit{post_->settings.circuit_failures, post_->settings.circuit_cooldown};
  held_.resize(window_size(post_->settings));
  if (post_->held_back.state == channel_state::broken)
    post_->held_back = {post_->settings.name, channel_state::active, {}};
  held_.forget_waiting();  // some may go elsewhere now, or stay
  ask(true);
}

void sender_state::hold_back(channel_state state, std::string why) {
  if (post_->held_back.state == state)
    return;
  post_->held_back = {post_->settings.name, state, std::move(why)};
  if (state == channel_state::broken)
    post_->tokens.forget();
  bury();
  if (state != channel_state::active)
    held_.forget_waiting();
  ask(true);
}

channel_standing sender_state::standing() const {
  const auto& name = post_->settings.name;
  if (!post_->settings.enabled)
    return {name, channel_state::disabled, {}};
  if (post_->held_back.state != channel_state::active)
    return {name, post_->held_back.state, post_->held_back.why};
  if (circuit_.open())
    return {name, channel_state::open, post_->last_error};
  return {name, channel_state::active, {}};
}

void sender_state::show() {
  auto now = standing();
  if (now.state == post_->told.state)
    return;
  post_->told = std::move(now);
  const auto& [name, state, why] = post_->told;
  if (state == channel_state::broken)
    spdlog::error("channel {}: its credentials were refused ({}); it sends nothing more", name,
                  why);
  else if (state == channel_state::open)
    spdlog::warn("channel {}: too many failures in a row ({}); it is only probed", name, why);
  else
    spdlog::info("channel {} is {}", name, to_string(state));
  tell_watchdog({post_->told});
  if (post_->on_change)
    post_->on_change(post_->told);
}

void sender_state::note(const outcome& how, const std::string& error) {
  const bool delivered = how.error_class == error_class::none;
  const bool news = std::exchange(post_->success_is_news, !delivered);
  if (how.error_class == error_class::rate_limited)
    return note_limit(how, error);
  if (delivered && !news)
    return;
  if (delivered) {
    post_->failures_in_a_row = 0;
  } else {
    ++post_->failures_in_a_row;
    post_->last_error = error;
  }
  tell_watchdog({failing{post_->settings.name, post_->failures_in_a_row, error, how.for_operator}});
}

void sender_state::note_limit(const outcome& how, const std::string& error) {
  const auto now = self_.steady_now();
  const auto today = post_->clock();
  if (!how.wait_is_own && post_->frozen_until > now)
    tell_watchdog(
      {limited{post_->settings.name, today,
               today + std::chrono::ceil<milliseconds>(post_->frozen_until - now), error}});
}

void sender_state::tell_watchdog(channel_news x) {
  if (post_->watchdog)
    self_.send(post_->watchdog, std::move(x));
}

}  // namespace carillon
