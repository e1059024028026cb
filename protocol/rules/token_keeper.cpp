#include "protocol/rules/token_keeper.hpp"

#include <algorithm>
#include <utility>

namespace carillon::rules {

const std::string* token_keeper::serving(timestamp now) const {
  return have_ && !have_->token.empty() && now < have_->expires_at ? &have_->token : nullptr;
}

bool token_keeper::has_ticket(timestamp now) const {
  return have_ && !have_->tickets.empty() && now < have_->expires_at;
}

std::optional<std::string> token_keeper::take_ticket(timestamp now) {
  if (!has_ticket(now))
    return std::nullopt;
  auto taken = std::move(have_->tickets.back());
  have_->tickets.pop_back();
  return taken;
}

bool token_keeper::should_ask(timestamp now, steady_time at) const {
  const bool serves = serving(now) != nullptr || has_ticket(now);
  return at >= ready_at_ && (!serves || now >= have_->refresh_at);
}

void token_keeper::asked(std::uint64_t number, steady_time at, milliseconds patience) {
  under_way_ = number;
  ready_at_ = at + patience;
}

void token_keeper::got(grant token, timestamp now, steady_time at) {
  if ((token.token.empty() && token.tickets.empty()) || token.expires_at <= now)
    return failed(milliseconds::zero(), at);
  have_ = std::move(token);
  under_way_.reset();
  failures_ = 0;
  // One whose time for a new one has come already is not asked for at every turn.
  ready_at_ = have_->refresh_at <= now ? at + first_wait : at;
}

void token_keeper::failed(milliseconds wait, steady_time at) {
  under_way_.reset();
  const auto own = std::min(first_wait * (1 << std::min(failures_, 6)), longest_wait);
  ++failures_;
  ready_at_ = at + std::max(own, wait);
}

void token_keeper::refused(std::string_view token) {
  if (have_ && have_->token == token)
    have_.reset();
}

void token_keeper::forget() {
  *this = token_keeper{};
}

}  // namespace carillon::rules
