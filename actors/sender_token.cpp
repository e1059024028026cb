#include "actors/sender_state.hpp"

#include <spdlog/spdlog.h>
#include <caf/send.hpp>

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

namespace carillon {

namespace {

/// What the provider said, for people.
std::string said(const outcome& how) {
  if (how.provider_code.empty() || how.excerpt.empty())
    return how.provider_code + how.excerpt;
  return how.provider_code + ": " + how.excerpt;
}

using wish_for_token = result<std::variant<request, grant>>;

wish_for_token authorized(const channel& by, const stamp& at) {
  try {
    return by.authorize(at);
  } catch (const std::exception& e) {
    return error{errc::invalid, e.what()};
  }
}

std::variant<grant, outcome> granted(const channel& by, const transport_result& came,
                                     timestamp now) {
  try {
    return by.token(came, now);
  } catch (const std::exception& e) {
    return unreadable(e);
  }
}

result<request> probing(const channel& by, const stamp& at) {
  try {
    return by.probe(at);
  } catch (const std::exception& e) {
    return error{errc::invalid, e.what()};
  }
}

outcome probed(const channel& by, const transport_result& came, timestamp now) {
  try {
    return by.judge_probe(came, now);
  } catch (const std::exception& e) {
    return unreadable(e);
  }
}

}  // namespace

outcome unreadable(const std::exception& e) {
  return {.error_class = error_class::transient,
          .excerpt = std::string{"answered, but the outcome is unknown: "} + e.what()};
}

std::uint64_t sender_state::exchange_aside(request what) {
  const auto number = ++post_->last_number;
  post_->transport->send(std::move(what), [to = self_.handle(), number](transport_result came) {
    caf::anon_send(to, side_exchange_ptr{
                         std::make_shared<side_exchange>(side_exchange{number, std::move(came)})});
  });
  return number;
}

void sender_state::read(const side_exchange& x) {
  const auto& by = *post_->channel;
  const auto now = post_->clock();
  if (post_->tokens.awaits(x.number)) {
    read_token(granted(by, x.result, now));
  } else if (!testers_.empty() && x.number == test_number_) {
    if (test_has_token_)
      finish_test(probed(by, x.result, now));
    else
      go_on_testing(granted(by, x.result, now));
  }
  go_on();
}

void sender_state::go_on_testing(const std::variant<grant, outcome>& came) {
  if (auto* refused = std::get_if<outcome>(&came))
    return finish_test(*refused);
  post_->tokens.got(std::get<grant>(came), post_->clock(), self_.steady_now());
  test_has_token_ = true;
  test_credentials();
}

void sender_state::ask_for_token(steady_time now) {
  if (post_->channel->needs_token())
    request_token(now);
}

void sender_state::request_token(steady_time now) {
  const auto today = post_->clock();
  if (post_->draining || !post_->settings.enabled || post_->held_back.state != channel_state::active
      || !held_.has_waiting() || circuit_.ready_at() > now || !post_->tokens.should_ask(today, now))
    return;
  auto wish = authorized(*post_->channel, stamp{today, random_()});
  if (!wish)
    return read_token(
      outcome{.error_class = error_class::invalid_credentials, .excerpt = wish.error().detail});
  if (auto* made = std::get_if<grant>(&*wish))
    return read_token(std::move(*made));
  post_->tokens.asked(exchange_aside(std::get<request>(std::move(*wish))), now,
                      patience_of(post_->settings));
}

void sender_state::read_token(const std::variant<grant, outcome>& came) {
  const auto now = self_.steady_now();
  if (auto* token = std::get_if<grant>(&came)) {
    post_->tokens.got(*token, post_->clock(), now);
    return held_.look_again();
  }
  auto how = std::get<outcome>(came);
  post_->tokens.failed(how.wait, now);
  spdlog::warn("channel {}: no token ({})", post_->settings.name, said(how));
  // Whatever else the provider objects to, it is the account's.
  const bool passes =
    how.error_class == error_class::transient || how.error_class == error_class::rate_limited;
  if (passes && post_->tokens.serving(post_->clock()))
    return note(how, said(how));  // nothing waits for it yet
  if (!passes)
    how.error_class = error_class::invalid_credentials;
  circuit_.started(now);
  circuit_.ended(how.error_class, now);
  // For the first to be sent this was its attempt; those behind it wait.
  if (auto* first = first_in_need(now)) {
    first->by = post_->channel;
    first->started_at = post_->clock();
    settle(*first, {first->started_at, milliseconds{0}, how});
    heed(*first, how);
  } else if (passes) {
    note(how, said(how));
  } else {
    hold_back(channel_state::broken, said(how));
  }
}

void sender_state::start_test(const probe_now& x) {
  if (!x.reply)
    return;
  testers_.push_back(x.reply);
  if (testers_.size() > 1)
    return;
  test_has_token_ = false;
  if (!post_->channel->needs_token())
    return test_credentials();
  auto wish = authorized(*post_->channel, stamp{post_->clock(), random_()});
  if (!wish)
    return finish_test(probe_report{false, wish.error().detail});
  if (auto* token = std::get_if<grant>(&*wish))
    return go_on_testing(std::move(*token));
  test_number_ = exchange_aside(std::get<request>(std::move(*wish)));
}

void sender_state::test_credentials() {
  const auto now = post_->clock();
  const auto* token = post_->tokens.serving(now);
  auto wire = probing(*post_->channel, stamp{now, random_(), token ? *token : std::string{}});
  if (wire) {
    test_number_ = exchange_aside(std::move(*wire));
    test_has_token_ = true;
  } else if (wire.error().code != errc::not_found) {
    finish_test(probe_report{false, wire.error().detail});
  } else if (test_has_token_) {
    finish_test(probe_report{true, "the provider gave a token"});
  } else if (post_->held_back.state == channel_state::broken) {
    finish_test(probe_report{false, post_->held_back.why});
  } else {
    finish_test(wire.error());
  }
}

void sender_state::finish_test(const outcome& how) {
  const bool good = how.error_class == error_class::none;
  finish_test(probe_report{good, good ? "the credentials are good" : said(how)});
}

void sender_state::finish_test(const result<probe_report>& found) {
  if (found && found->ok && post_->held_back.state == channel_state::broken)
    hold_back(channel_state::active, {});
  show();
  for (auto& reply : std::exchange(testers_, {}))
    (*reply)(found);
}

}  // namespace carillon
