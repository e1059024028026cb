#include "storage/creations.hpp"

#include "storage/json_text.hpp"
#include "storage/notifications.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace carillon::storage {

namespace {

constexpr auto dedupe_time = std::chrono::hours{24};

/// The first ones that duplicates stand for: of this batch, or kept.
class originals {
 public:
  originals(work& w, std::span<const creating> all, std::span<const lock> locks) {
    std::set<notification_id> wanted;
    for (const auto& x : locks)
      if (!x.won && x.notification)
        wanted.insert(*x.notification);
    for (const auto& unit : all)
      for (const auto& x : unit.what->notifications)
        if (wanted.erase(x->id))
          known_.emplace(x->id, x);
    const std::vector<notification_id> kept(wanted.begin(), wanted.end());
    known_.merge(find_notifications(w.db, kept));
  }

  /// One that was never in the inbox is as its lock says; of one that is not kept any more only the
  /// id is known, and the repeated request says the rest.
  notification_ptr first_of(const lock& held, const notification& repeated) const {
    const auto id = held.notification.value_or(repeated.id);
    if (const auto found = known_.find(id); found != known_.end())
      return found->second;
    auto copy =
      std::make_shared<notification>(held.said.empty() ? repeated : notification_of(held.said));
    copy->id = id;
    copy->to = repeated.to;
    return copy;
  }

 private:
  std::map<notification_id, notification_ptr> known_;
};

void harvest_one(const creating& unit, std::span<const lock> locks, const originals& firsts,
                 harvest& into) {
  auto& made = *unit.what;
  std::set<notification_id> dropped;
  auto at = unit.first_lock;
  for (std::size_t i = 0; i < made.notifications.size(); ++i) {
    const auto& x = made.notifications[i];
    const auto* held = x->dedupe_key.empty() ? nullptr : &locks[at++];
    const bool duplicate = held && !held->won;
    made.done.notifications.push_back(duplicate ? firsts.first_of(*held, *x) : x);
    made.done.duplicate.push_back(duplicate);
    if (duplicate)
      dropped.insert(x->id);
    else if (is_listed(made, i))
      into.add(x, unit.now);
  }
  for (const auto& x : made.deliveries) {
    if (x->notification && dropped.contains(*x->notification))
      continue;
    made.done.deliveries.push_back(x);
    into.deliveries.push_back(x);
  }
}

}  // namespace

bool is_listed(const creation& x, std::size_t i) {
  return x.inbox && (i >= x.unlisted.size() || !x.unlisted[i]);
}

void harvest::add(const std::shared_ptr<notification>& x, timestamp now) {
  if (x->deliver_at && *x->deliver_at > now) {
    later.push_back(x);
  } else {
    x->visible_at = now;
    visible.push_back(x);
  }
}

void want_locks(const creation& x, timestamp now, std::vector<lock>& wanted) {
  for (std::size_t i = 0; i < x.notifications.size(); ++i) {
    const auto& one = x.notifications[i];
    if (one->dedupe_key.empty())
      continue;
    lock wish;
    wish.key =
      digest_of({"dedupe", one->to.user_id, one->to.role, one->to.store_id, one->dedupe_key});
    wish.notification = one->id;
    if (!is_listed(x, i))
      wish.said = text_of(*one);
    wish.now = now;
    wish.until = now + dedupe_time;
    wanted.push_back(wish);
  }
}

void harvest_creations(work& w, std::span<const creating> all, std::span<const lock> locks,
                       harvest& into) {
  const originals firsts{w, all, locks};
  for (const auto& unit : all)
    harvest_one(unit, locks, firsts, into);
}

}  // namespace carillon::storage
