#include "protocol/rules/token_keeper.hpp"

#include <algorithm>
#include <utility>

namespace carillon::rules {

const std::string* token_keeper::serving(timestamp now) const {
  return have_ && now < have_->expires_at ? &have_->token : nullptr;
}

bool token_keeper::should_ask(timestamp now, steady_time at) const {
  return at >= ready_at_ && (serving(now) == nullptr || now >= have_->refresh_at);
}

void token_keeper::asked(std::uint64_t number, steady_time at, milliseconds patience) {
  under_way_ = number;
  ready_at_ = at + patience;
}

void token_keeper::got(grant token, timestamp now, steady_time at) {
  if (token.token.empty() || token.expires_at <= now)
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
