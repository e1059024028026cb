#include "actors/persistence_state.hpp"

#include "actors/unit_answers.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace carillon {

namespace {

/// A batch is at most about that large, so that its first waits no longer than a commit takes.
constexpr std::size_t max_units = 512;
constexpr std::size_t max_rows = 4096;

constexpr seconds heartbeat_every{3};

/// Without the store for that long, nobody is kept waiting for it.
constexpr seconds endurance{5};
constexpr milliseconds first_backoff{50};
constexpr milliseconds longest_backoff{800};
constexpr seconds probe_every{1};

}  // namespace

persistence_state::persistence_state(self_type& self, std::shared_ptr<kept_by_persistence> kept)
    : self_(self), kept_(std::move(kept)) {
  self_.set_exit_handler([this](caf::exit_msg& x) { end(x.reason); });
  self_.after(heartbeat_every, static_cast<std::uint32_t>(ticking::heartbeat));
  if (self_.life() == 0 || !kept_->store)
    return;
  // The life before may have been cut off between a commit and what follows from it.
  kept_->store->rollback();
  survey_due_ = true;
  flush_soon();
  self_.send(kept_->known->presence, reread{});
  for (auto& [channel, sender] : kept_->senders)
    self_.send(sender, wish_again{});
}

persistence_state::self_type::behavior_type persistence_state::behavior() {
  return {
    [this](const unit_ptr& x) { take(x); },
    [this](const want_ptr& x) { take(x); },
    [this](const due& x) {
      due_.insert(x.key);
      flush_soon();
    },
    [this](survey_again) {
      survey_due_ = true;
      flush_soon();
    },
    [this](const close_store& x) {
      closing_.push_back(x);
      if (!kept_->store || away_)
        return close();
      flush_soon();
    },
    [this](tick x) {
      switch (static_cast<ticking>(x.what)) {
        case ticking::flush:
          flush_sent_ = false;
          return flush();
        case ticking::retry:
          return attempt();
        case ticking::heartbeat:
          if (!kept_->store)
            return;
          self_.after(heartbeat_every, x.what);
          heartbeat_due_ = true;
          return flush_soon();
      }
    },
  };
}

void persistence_state::take(const unit_ptr& x) {
  if (!kept_->store)
    return answer_unavailable(*x, "the node is stopping");
  if (away_)
    return answer_unavailable(*x, "the store is away");
  waiting_.push_back(x);
  flush_soon();
}

void persistence_state::take(const want_ptr& x) {
  if (!kept_->store)
    return;
  kept_->senders[x->channel] = x->sender;
  wants_[x->channel] = x;
  if (x->fresh)
    rescues_[x->channel] = x;
  flush_soon();
}

void persistence_state::flush_soon() {
  if (!flush_sent_)
    self_.soon(static_cast<std::uint32_t>(ticking::flush));
  flush_sent_ = true;
}

bool persistence_state::work_waits() const {
  return !waiting_.empty() || !wants_.empty() || !rescues_.empty() || !due_.empty()
         || heartbeat_due_ || survey_due_ || !closing_.empty();
}

void persistence_state::flush() {
  if (run_ || !kept_->store)
    return;  // what is in work goes on by its own retry
  for (auto& [channel, x] : std::exchange(wants_, {})) {
    wishes_.set(channel, x->room, x->only_backed);
    standing_[channel] = x;
  }
  if (waiting_.empty() && rescues_.empty() && due_.empty() && !heartbeat_due_
      && !wishes_.any_claimable()) {
    if (survey_due_)
      survey();
    return closing_.empty() ? void() : close();
  }
  run_.emplace(next_batch(), wishes_);
  begun_ = self_.steady_now();
  attempt();
}

batch persistence_state::next_batch() {
  batch next;
  next.number = ++kept_->last_batch;
  next.heartbeat = std::exchange(heartbeat_due_, false);
  for (auto& [channel, x] : std::exchange(rescues_, {}))
    next.rescues.push_back(x);
  next.due.assign(due_.begin(), due_.end());
  due_.clear();
  std::size_t rows = 0;
  while (!waiting_.empty() && next.units.size() < max_units && rows < max_rows) {
    rows += weight_of(*waiting_.front());
    next.units.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  return next;
}

void persistence_state::attempt() {
  if (!run_)
    return;
  try {
    run_->attempt(*kept_->store, kept_->clock());
  } catch (const storage::store_failure& e) {
    return store_fails(e);
  } catch (const storage::fenced& e) {
    return fenced_off(e.what());
  }
  finish();
}

void persistence_state::finish() {
  if (failing_since_)
    store_is_back();
  wishes_ = run_->wishes();
  for (auto& x : run_->complaints())
    spdlog::error("a part of a batch was refused: {}", x);
  const std::chrono::duration<double> took = self_.steady_now() - begun_;
  kept_->gauges->committed(took.count(), run_->effects().rows);
  // Handed over before it is answered: who connects after a 201 finds the notification behind them.
  hand_over(run_->effects());
  run_->answer();
  // A retry that is due already goes to a sender that knows its last outcome to be kept.
  hand_to_senders(run_->effects().claimed);
  run_.reset();
  if (survey_due_)
    survey();
  if (work_waits())
    flush_soon();
}

void persistence_state::hand_over(storage::effects& what) {
  auto& known = *kept_->known;
  for (auto& x : what.preferences)
    self_.send(known.presence, std::make_shared<const preferences_change>(std::move(x)));
  count_shown(what.visible);
  if (!what.visible.empty())
    self_.send(known.presence, std::make_shared<const released>(
                                 released{std::move(what.visible), self_.steady_now()}));
  for (auto& x : what.changes)
    self_.send(known.presence, std::make_shared<const inbox_change>(std::move(x)));
  withdraw_from_senders(what.withdrawn);
  tell_failovers(what.outcomes);
  if (known.waiting && !what.outcomes.empty())
    self_.send(known.waiting,
               std::make_shared<const std::vector<delivery_ptr>>(std::move(what.outcomes)));
  for (auto& x : what.timers)
    self_.send(known.scheduler, x);
  if (known.bulks && !what.bulks.empty())
    self_.send(known.bulks,
               std::make_shared<const std::vector<bulk_standing>>(std::move(what.bulks)));
  if (what.digests_wait && known.digests)
    self_.send(known.digests, digests_wait{});
  if (!what.tallies.empty())
    self_.send(known.watchdog, std::make_shared<const std::vector<tally>>(std::move(what.tallies)));
}

void persistence_state::count_shown(const std::vector<notification_ptr>& visible) {
  const auto now = kept_->clock();
  for (const auto& x : visible)
    if (!x->expires_at || *x->expires_at > x->visible_at)
      kept_->gauges->sent("system", std::chrono::duration<double>(now - x->created_at).count());
}

void persistence_state::hand_to_senders(const std::vector<delivery_ptr>& claimed) {
  std::map<std::string, handover> parcels;
  for (auto& x : claimed)
    parcels[x->channel].deliveries.push_back(x);
  for (auto& [channel, parcel] : parcels) {
    auto& wish = *standing_.at(channel);
    parcel.generation = wish.generation;
    self_.send(wish.sender, std::make_shared<const handover>(std::move(parcel)));
  }
}

void persistence_state::withdraw_from_senders(const std::vector<delivery_ptr>& cancelled) {
  std::map<std::string, withdraw> parcels;
  for (auto& x : cancelled)
    parcels[x->channel].deliveries.push_back(x->id);
  for (auto& [channel, parcel] : parcels)
    if (auto sender = kept_->senders.find(channel); sender != kept_->senders.end())
      self_.send(sender->second, std::move(parcel));
}

void persistence_state::tell_failovers(const std::vector<delivery_ptr>& outcomes) {
  for (const auto& x : outcomes) {
    if (!x->failed_over_to || x->failover.empty())
      continue;
    const auto& to = x->failover.front().channel;
    spdlog::warn("delivery {} died on channel {} ({}): its backup, channel {}, takes over as {}",
                 to_text(x->id), x->channel, x->last_error, to, to_text(*x->failed_over_to));
    self_.send(kept_->known->watchdog,
               channel_news{failed_over{x->channel, x->id, to, *x->failed_over_to, x->last_error}});
  }
}

void persistence_state::survey() {
  auto& known = *kept_->known;
  try {
    auto found = kept_->store->survey(kept_->clock());
    for (auto& x : found.timers)
      self_.send(known.scheduler, x);
    self_.send(known.watchdog,
               recount{std::make_shared<const std::vector<tally>>(std::move(found.tallies))});
    survey_due_ = false;
  } catch (const storage::store_failure& e) {
    // It stays due; the heartbeat's commit meets the same failure and deals with it.
    spdlog::warn("what waits in the store could not be read: {}", e.what());
  }
}

void persistence_state::store_fails(const storage::store_failure& e) {
  const auto now = self_.steady_now();
  if (!failing_since_) {
    failing_since_ = now;
    backoff_ = first_backoff;
    spdlog::warn("the store fails: {}", e.what());
  }
  const auto lasted = now - *failing_since_;
  if (e.connection_lost || lasted >= endurance)
    kept_->health->ill(e.what(), kept_->clock());
  if (lasted >= endurance) {
    if (!std::exchange(away_, true))
      spdlog::error("the store is away: {}", e.what());
    run_->abandon("the store is away");
    refuse_waiting("the store is away");
    if (!closing_.empty())
      return close();
    return self_.after(probe_every, static_cast<std::uint32_t>(ticking::retry));
  }
  self_.after(std::min<caf::timespan>(backoff_, endurance - lasted),
              static_cast<std::uint32_t>(ticking::retry));
  backoff_ = std::min(backoff_ * 2, longest_backoff);
}

void persistence_state::store_is_back() {
  spdlog::info("the store takes writes again");
  failing_since_.reset();
  away_ = false;
  kept_->health->well();
}

void persistence_state::fenced_off(const std::string& why) {
  spdlog::critical("another process bears this node's name: {}", why);
  kept_->health->ill(why, kept_->clock());
  run_->abandon("the node is stopping");
  refuse_waiting("the node is stopping");
  self_.quit(caf::make_error(caf::sec::runtime_error, std::string{name}, why));
}

void persistence_state::refuse_waiting(const std::string& why) {
  for (auto& x : std::exchange(waiting_, {}))
    answer_unavailable(*x, why);
}

void persistence_state::close() {
  run_.reset();
  standing_.clear();
  kept_->senders.clear();
  kept_->store.reset();
  for (auto& x : std::exchange(closing_, {}))
    if (x.reply)
      (*x.reply)(true);
}

void persistence_state::end(const caf::error& reason) {
  while (kept_->store && !run_ && !waiting_.empty())
    flush();
  if (run_)
    run_->abandon("the node is stopping");
  refuse_waiting("the node is stopping");
  self_.quit(reason);
}

}  // namespace carillon
