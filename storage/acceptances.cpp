#include "storage/acceptances.hpp"

#include <algorithm>

namespace carillon::storage {

namespace {

/// Skipped and failed ones take no lock: nothing is sent for them.
bool takes_lock(const acceptance& x, const planned& one) {
  return !x.what.entity_id.empty()
         && (one.inbox || (one.delivery && !is_final(one.delivery->status)));
}

/// How an inbox row shows among the deliveries of that event: it has no delivery of its own.
std::shared_ptr<delivery> shown(const planned& one, const event& of) {
  if (one.delivery)
    return std::make_shared<delivery>(*one.delivery);
  const auto& n = *one.inbox;
  auto out = std::make_shared<delivery>();
  out->event = n.event;
  out->notification = n.id;
  out->channel = one.channel.empty() ? "system" : one.channel;
  out->recipient = one.recipient.empty() ? n.to.user_id : one.recipient;
  out->user_id = n.to.user_id;
  out->status = delivery_status::delivered;
  out->priority = n.priority;
  out->content.type = of.type;
  out->trace_id = n.trace_id;
  out->created_at = n.created_at;
  return out;
}

/// Whether the route's bound leaves room for one more; it is taken then.
bool take_turn(work& w, const planned& one, timestamp now) {
  const auto bucket = digest_of({"throttle", one.bucket});
  const auto since = now - one.at_most->per;
  std::int64_t used = 0;
  w.db.select("select count(*) from route_uses where bucket = :bucket and at > :since", 1,
              {{"bucket", bucket}, {"since", since}}, [&](row& x) { used = x.number(); });
  if (used >= one.at_most->count)
    return false;
  const auto& id = one.delivery ? one.delivery->id.value : one.inbox->id.value;
  w.db.run("delete from route_uses where bucket = :bucket and at <= :since",
           {{"bucket", bucket}, {"since", since}});
  w.db.run("insert into route_uses (bucket, at, delivery_id) values (:bucket, :at, :id)",
           {{"bucket", bucket}, {"at", now}, {"id", id}});
  ++w.out.rows;
  return true;
}

}  // namespace

void want_locks(const acceptance& x, timestamp now, milliseconds retention,
                std::vector<lock>& wanted) {
  for (const auto& one : x.plan) {
    if (!takes_lock(x, one))
      continue;
    lock wish;
    wish.key = digest_of(
      {"event", x.what.type, x.what.entity_id, x.what.sub_id, one.channel, one.recipient});
    wish.event = x.what.id;
    wish.now = now;
    wish.until = now + (one.lock_for > milliseconds{0} ? one.lock_for : retention);
    wanted.push_back(wish);
  }
}

void harvest_acceptance(work& w, const accepting& unit, std::span<const lock> locks,
                        harvest& into) {
  auto& x = *unit.what;
  const auto wanted = static_cast<std::size_t>(
    std::ranges::count_if(x.plan, [&](const auto& one) { return takes_lock(x, one); }));
  const auto mine = locks.subspan(unit.first_lock, wanted);
  if (!mine.empty() && wanted == x.plan.size() && std::ranges::none_of(mine, &lock::won)) {
    x.done.duplicate = true;
    x.done.id = mine.front().event.value_or(x.what.id);
    return;
  }
  x.done.id = x.what.id;
  into.events.push_back(&x.what);
  auto next = mine.begin();
  for (const auto& one : x.plan) {
    auto outcome = shown(one, x.what);
    const auto* held = takes_lock(x, one) ? &*next++ : nullptr;
    const auto refuse = [&](const char* why) {
      outcome->status = delivery_status::skipped;
      outcome->reason = why;
      if (!one.delivery)
        outcome->notification.reset();
    };
    const bool told = one.inbox || !is_final(one.delivery->status);
    if (held && !held->won) {
      refuse("duplicate");
    } else if (told && one.at_most && !take_turn(w, one, unit.now)) {
      refuse("throttled");
      if (held)  // what is not sent takes no lock
        w.db.run("delete from notification_locks where key = :key", {{"key", held->key}});
    } else if (one.inbox) {
      into.add(one.inbox, unit.now);
    }
    if (!one.inbox)
      into.deliveries.push_back(outcome);
    x.done.deliveries.push_back(std::move(outcome));
  }
}

}  // namespace carillon::storage
