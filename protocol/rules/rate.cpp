#include "protocol/rules/rate.hpp"

#include <algorithm>

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
      out_.assign(static_cast<std::size_t>(capacity_), std::min(*last_use, now) + back_after_);
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
    use(at);
  forget_returned(now);
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
  const auto most_out = static_cast<std::size_t>(capacity_ - wanted);
  return out_.size() <= most_out ? ready : std::max(ready, out_[out_.size() - most_out - 1]);
}

std::optional<steady_time> rate::take(steady_time now, int weight) {
  if (const auto ready = ready_at(now, weight); ready > now)
    return ready;
  if (!limited_)
    return std::nullopt;
  if (!refills())
    forget_returned(now);
  for (auto left = tokens_for(weight); left > 0; --left)
    use(now);
  return std::nullopt;
}

void rate::use(steady_time at) {
  if (refills()) {
    credit_ = std::max(credit_at(at) - interval_, duration::zero());
    counted_at_ = std::max(counted_at_, at);
  } else {
    out_.push_back(at + back_after_);
  }
}

void rate::freeze(steady_time until) {
  frozen_until_ = std::max(frozen_until_, until);
}

bool rate::unused(steady_time now) const {
  if (frozen_until_ > now)
    return false;
  return refills() ? credit_at(now) == interval_ * capacity_ : out_.empty() || out_.back() <= now;
}

rate::duration rate::credit_at(steady_time now) const {
  const auto passed = std::max(now - counted_at_, duration::zero());
  const auto full = interval_ * capacity_;
  return passed > full ? full : std::min(full, credit_ + passed);
}

void rate::forget_returned(steady_time now) {
  out_.erase(out_.begin(), std::upper_bound(out_.begin(), out_.end(), now));
}

}  // namespace carillon::rules
