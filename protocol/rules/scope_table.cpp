#include "protocol/rules/scope_table.hpp"

#include <algorithm>
#include <utility>

namespace carillon::rules {

namespace {

/// How long a new scope waits before room for it is looked for again.
constexpr seconds between_looks{1};

}  // namespace

scope_table::scope_table(std::optional<steady_time> last_use, steady_time born, std::size_t bound)
    : last_use_(last_use), born_(born), bound_(bound) {}

std::vector<scope_limit> scope_table::unknown(std::span<const scope_limit> all,
                                              steady_time now) const {
  std::vector<scope_limit> out;
  for (const auto& what : all)
    if (what.limit.per > longest_remembered && now - born_ < counts_for(what.limit)
        && !scopes_.contains(what.key))
      out.push_back(what);
  return out;
}

void scope_table::remember(const scope_limit& what, steady_time now,
                           std::span<const steady_time> uses) {
  if (!scopes_.contains(what.key) && (scopes_.size() < bound_ || make_room(now)))
    enter(what, rate{what.limit, now, uses});
}

milliseconds scope_table::counts_for(const rate_limit& limit) {
  return limit.per + limit.per / 50;  // more than a window's guard adds
}

int scope_table::under_way(std::span<const scope_limit> all, int concurrency,
                           milliseconds timeout) {
  for (const auto& x : all)
    if (x.limit.per > timeout)
      concurrency = std::min(concurrency, x.limit.burst > 0 ? x.limit.burst : x.limit.count);
  return std::max(concurrency, 1);
}

steady_time scope_table::ready_at(std::span<const scope_limit> all, steady_time now) {
  auto ready = now;
  for (const auto& what : all) {
    const auto* found = find(what, now);
    ready = std::max(ready, found ? found->left.ready_at(now, what.weight) : full_until_);
    if (const auto frozen = frozen_.find(what.key); frozen != frozen_.end())
      ready = std::max(ready, frozen->second);
  }
  return ready;
}

void scope_table::take(std::span<const scope_limit> all, steady_time now, steady_time counts_at) {
  for (const auto& what : all)
    if (auto* found = find(what, now))
      found->left.take(now, what.weight, counts_at);
}

void scope_table::told(std::span<const scope_limit> all, steady_time counts_at, steady_time at) {
  for (const auto& what : all)
    if (const auto place = scopes_.find(what.key); place != scopes_.end())
      place->second.left.told(counts_at, at, what.weight);
}

bool scope_table::freeze(std::span<const scope_limit> all, steady_time now, steady_time until) {
  std::erase_if(frozen_, [&](const auto& x) { return x.second <= now; });
  for (const auto& what : all)
    frozen_.erase(what.key);
  const bool others = !frozen_.empty();
  for (const auto& what : all)
    if (auto* found = find(what, now)) {
      found->left.freeze(until);
      frozen_[what.key] = until;
    }
  return others;
}

void scope_table::keep_frozen(const std::string& key, steady_time until) {
  frozen_[key] = until;
}

steady_time scope_table::book(std::span<const scope_limit> all, steady_time now) {
  auto at = ready_at(all, now);
  for (const auto& what : all)
    if (const auto* found = find(what, now))
      at = std::max(
        at, found->booked_until + what.limit.per * what.weight / std::max(what.limit.count, 1));
  for (const auto& what : all)
    if (auto* found = find(what, now))
      found->booked_until = at;
  return at;
}

scope_table::scope* scope_table::find(const scope_limit& what, steady_time now) {
  const auto place = scopes_.find(what.key);
  if (place != scopes_.end()) {
    if (place->second.limit != what.limit)  // configured anew: as if just used
      place->second = {what.limit, rate{what.limit, now, now}, place->second.booked_until};
    return &place->second;
  }
  if (scopes_.size() >= bound_ && !make_room(now))
    return nullptr;
  const auto used = what.limit.per <= longest_remembered ? last_use_ : std::nullopt;
  return &enter(what, rate{what.limit, now, used});
}

scope_table::scope& scope_table::enter(const scope_limit& what, rate left) {
  return scopes_.emplace(what.key, scope{what.limit, std::move(left)}).first->second;
}

bool scope_table::make_room(steady_time now) {
  if (now < full_until_)
    return false;
  std::erase_if(scopes_, [&](const auto& x) {
    return x.second.left.unused(now) && x.second.booked_until <= now;
  });
  if (scopes_.size() < bound_)
    return true;
  full_until_ = now + between_looks;
  return false;
}

}  // namespace carillon::rules
