#include "tests/actors/scripted_store.hpp"

#include <algorithm>
#include <variant>

namespace carillon::tests {

int script::count(const std::string& verb) const {
  return static_cast<int>(std::ranges::count(verbs, verb));
}

void scripted_store::verb(const std::string& what) {
  script_->verbs.push_back(what);
  if (script_->before)
    script_->before(what);
}

void scripted_store::note(const std::string& what) {
  written_.push_back(what);
}

void scripted_store::begin(std::int64_t batch) {
  verb("begin");
  batch_ = batch;
  seq_ = script_->seq;
  written_.clear();
}

void scripted_store::commit() {
  const auto keep = [this] {
    script_->committed.insert(script_->committed.end(), written_.begin(), written_.end());
    script_->batches.insert(batch_);
    script_->seq = seq_;
  };
  try {
    verb("commit");
  } catch (...) {
    if (script_->commit_survives)
      keep();
    throw;
  }
  keep();
}

void scripted_store::rollback() noexcept {
  script_->verbs.emplace_back("rollback");
  written_.clear();
}

void scripted_store::savepoint() {
  verb("savepoint");
  saved_ = written_.size();
}

void scripted_store::release_savepoint() {
  verb("release_savepoint");
}

void scripted_store::rollback_to_savepoint() {
  verb("rollback_to_savepoint");
  written_.resize(saved_);
}

void scripted_store::create(creation& x, rules::wish_book& wishes, storage::effects& out) {
  for (auto& what : x.notifications) {
    if (!script_->poison.empty() && what->title == script_->poison)
      throw storage::unit_failure("poison: a secret detail");
    what->seq = ++seq_;
    note(what->title);
    out.visible.push_back(what);
    x.done.notifications.push_back(what);
    x.done.duplicate.push_back(false);
    ++out.rows;
  }
  for (auto& what : x.deliveries) {
    note(what->channel);
    if (wishes.take(what->channel, what->priority, !what->failover.empty()))
      out.claimed.push_back(what);
    out.tallies.push_back({what->channel, {0, 1, 0, 0}, 0});
    ++out.rows;
  }
}

storage::effects scripted_store::apply(std::span<const unit_ptr> units, rules::wish_book& wishes) {
  verb("apply");
  storage::effects out;
  for (auto& x : units) {
    if (auto* made = std::get_if<creation>(&x->what))
      create(*made, wishes, out);
    else if (auto* mark = std::get_if<marking>(&x->what))
      out.changes.push_back({.user_id = mark->who->subject, .unread = 1});
    else if (auto* wanted = std::get_if<preferring>(&x->what))
      out.preferences.push_back({wanted->user_id, {seq_, wanted->what}});
    else if (auto* told = std::get_if<settlement>(&x->what)) {
      note("settled " + told->delivery->channel);
      out.outcomes.push_back(told->delivery);
    }
  }
  return out;
}

storage::effects scripted_store::claim(rules::wish_book& wishes, timestamp) {
  verb("claim");
  for (auto& [channel, entry] : wishes.channels())
    for (std::size_t lane = 0; lane < lane_count; ++lane) {
      const auto asked = wishes.claimable(channel, static_cast<priority>(lane));
      if (asked > 0)
        wishes.claimed(channel, static_cast<priority>(lane), asked, 0);
    }
  return {};
}

storage::effects scripted_store::work_due(const timer_key& key, timestamp, int,
                                          rules::wish_book& wishes) {
  verb("work_due " + key.channel);
  if (!script_->backlog.empty())
    wishes.has_backlog(script_->backlog, priority::normal);
  return {};
}

storage::effects scripted_store::rescue(const std::string& channel,
                                        std::span<const delivery_id> held, timestamp,
                                        rules::wish_book& wishes) {
  verb("rescue " + channel);
  script_->held.assign(held.begin(), held.end());
  wishes.has_backlog(channel, priority::normal);
  return {};
}

void scripted_store::heartbeat() {
  verb("heartbeat");
}

storage::effects scripted_store::survey(timestamp) {
  verb("survey");
  return script_->survey;
}

channel_history scripted_store::history(const std::string&) {
  return {};
}

inbox_state scripted_store::state() {
  return {script_->seq, 0};
}

void scripted_store::reconnect() {
  verb("reconnect");
}

bool scripted_store::was_committed(std::int64_t batch) {
  verb("was_committed");
  return script_->batches.contains(batch);
}

}  // namespace carillon::tests
