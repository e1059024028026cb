#include "protocol/rules/rate.hpp"

#include <algorithm>
#include <cstdint>

namespace carillon::rules {

rate::rate(const std::optional<rate_limit>& limit, steady_time now,
           std::optional<steady_time> last_use)
    : limited_(limit.has_value()), counted_at_(now) {
  if (!limited_)
    return;
  const int count = std::max(limit->count, 1);
  const int burst = limit->burst > 0 ? limit->burst : count / 4;
  capacity_ = std::clamp(burst, 1, count);
  const duration window = limit->per;
  const duration guard = std::max<duration>(milliseconds{100}, window / 100);
  const bool used = last_use && now - *last_use < window + guard;
  if (capacity_ == count) {
    back_after_ = window + guard;
    if (used)
      uses_.assign(static_cast<std::size_t>(capacity_), std::min(*last_use, now));
    return;
  }
  const int refill = count - capacity_;
  interval_ = (window + guard + duration{refill - 1}) / refill;  // rounded up: never too soon
  // A bucket too large to count in nanoseconds is made smaller, which keeps the promise.
  constexpr auto countable = duration::max() / 4;
  capacity_ = static_cast<int>(std::min<duration::rep>(capacity_, countable / interval_));
  credit_ = used ? duration::zero() : interval_ * capacity_;
}

rate::rate(const rate_limit& limit, steady_time now, std::span<const steady_time> uses)
    : rate(limit, uses.empty() ? now : uses.front(), std::nullopt) {
  for (const auto at : uses)
    use(at, at);
  forget_over(now);
}

int rate::tokens_for(int weight) const {
  return std::max(1, std::min(weight, capacity_));
}

steady_time rate::ready_at(steady_time now, int weight) const {
  auto ready = std::max(now, frozen_until_);
  if (!limited_)
    return ready;
  const auto wanted = tokens_for(weight);
  if (refills()) {
    const auto price = interval_ * wanted;
    return std::max(ready, now + (price - std::min(credit_at(now), price)));
  }
  const auto most = static_cast<std::size_t>(capacity_ - wanted);
  if (uses_.size() <= most)
    return ready;
  return std::max(ready, std::min(uses_[uses_.size() - most - 1], now) + back_after_);
}

std::optional<steady_time> rate::take(steady_time now, int weight, steady_time counts_at) {
  if (const auto ready = ready_at(now, weight); ready > now)
    return ready;
  if (!limited_)
    return std::nullopt;
  forget_over(now);
  for (auto left = tokens_for(weight); left > 0; --left)
    use(now, std::max(now, counts_at));
  return std::nullopt;
}

void rate::told(steady_time counts_at, steady_time at, int weight) {
  for (auto left = limited_ && at < counts_at ? tokens_for(weight) : 0; left > 0; --left) {
    const auto place = std::ranges::lower_bound(uses_, counts_at);
    if (place == uses_.end() || *place != counts_at)
      return;
    const auto to = std::upper_bound(uses_.begin(), place, at);
    std::rotate(to, place, place + 1);
    *to = at;
  }
}

void rate::hold(steady_time counts_at) {
  if (limited_)
    uses_.insert(std::ranges::upper_bound(uses_, counts_at), counts_at);
}

void rate::use(steady_time at, steady_time counts_at) {
  if (refills()) {
    credit_ = std::max(credit_at(at) - interval_, duration::zero());
    counted_at_ = std::max(counted_at_, at);
  }
  if (!refills() || counts_at > at)
    hold(counts_at);
}

void rate::freeze(steady_time until) {
  frozen_until_ = std::max(frozen_until_, until);
}

bool rate::unused(steady_time now) const {
  if (frozen_until_ > now)
    return false;
  if (refills())
    return credit_at(now) == interval_ * capacity_;
  return uses_.empty() || uses_.back() + back_after_ <= now;
}

rate::duration rate::credit_at(steady_time now) const {
  auto credit = credit_;
  auto at = counted_at_;
  const auto fill = [&](steady_time until, std::size_t held) {
    const auto free = capacity_ - static_cast<std::int64_t>(held);
    const auto room = interval_ * std::max<std::int64_t>(free, 0);
    credit = std::min(room, credit + std::clamp(until - at, duration::zero(), room));
    at = std::max(at, until);
  };
  auto held = uses_.size();
  for (const auto over : uses_) {
    if (over > now)
      break;
    fill(over, held--);
  }
  fill(now, held);
  return credit;
}

void rate::forget_over(steady_time now) {
  if (refills()) {
    credit_ = credit_at(now);
    counted_at_ = std::max(counted_at_, now);
  }
  uses_.erase(uses_.begin(), std::ranges::upper_bound(uses_, now - back_after_));
}

}  // namespace carillon::rules
