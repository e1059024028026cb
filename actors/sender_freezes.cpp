#include "actors/sender_state.hpp"

#include <algorithm>
#include <utility>

namespace carillon {

namespace {

/// For how long a provider is left alone that does not say.
constexpr milliseconds shortest_freeze{1000};

}  // namespace

void sender_post::freeze_again(timestamp today, steady_time now) {
  for (const auto& x : std::exchange(history.frozen, {})) {
    if (x.until <= today)
      continue;
    const auto until = now + (x.until - today);
    if (x.key.empty())
      frozen_until = until;
    else
      scopes.keep_frozen(x.key, until);
  }
}

std::vector<scope_use> sender_state::freeze(const held_delivery& x, const outcome& how,
                                            const delivery& follows) {
  const auto today = post_->clock();
  const auto now = self_.steady_now();
  std::vector<scope_use> out;
  const bool limited = how.error_class == error_class::rate_limited;
  // With a success some say that it was the last for now.
  if (!limited && (how.error_class != error_class::none || how.wait <= milliseconds{0})) {
    if (std::exchange(post_->thawed, false))
      out.push_back({.key = {}, .until = today});
    return out;
  }
  auto wait = limited ? std::max(how.wait, shortest_freeze) : how.wait;
  if (how.wait_is_own) {
    const bool others = post_->scopes.freeze(x.scopes, now, now + wait);
    for (const auto& scope : x.scopes)
      out.push_back({.key = scope.key, .until = today + wait});
    if (!(how.wait_spreads && others))
      return out;
  }
  if (follows.status == delivery_status::retrying)
    wait = std::max(wait, follows.due_at - today);
  post_->frozen_until = std::max(post_->frozen_until, now + wait);
  rate_.freeze(post_->frozen_until);
  post_->thawed = false;
  out.push_back(
    {.key = {}, .until = today + std::chrono::ceil<milliseconds>(post_->frozen_until - now)});
  return out;
}

}  // namespace carillon
