#include "bin/senders.hpp"

#include "bin/await.hpp"

#include <caf/send.hpp>

#include <atomic>
#include <stdexcept>
#include <utility>
#include <vector>

namespace carillon {

namespace {

constexpr seconds patience{5};

/// How the channel stood when the node stopped.
channel_standing standing_of(const booked_channel& what) {
  channel_standing out{.channel = what.settings.name};
  if (what.broken_at)
    out = {what.settings.name, channel_state::broken, what.broken_why};
  if (what.paused_at)
    out.state = channel_state::paused;
  return out;
}

/// Keeps in the database that a channel's credentials were refused, or are good again.
class breakage_log {
 public:
  breakage_log(persistence_actor to, wall_clock clock, bool broken)
      : to_(std::move(to)), clock_(std::move(clock)), broken_(broken) {}

  void hear(const channel_standing& x) {
    const bool broken = x.state == channel_state::broken;
    const bool sends = x.state == channel_state::active || x.state == channel_state::open;
    if (broken_ == broken || !(broken || sends))
      return;
    broken_ = broken;
    auto told = std::make_shared<unit>();
    told->what = administration{.changes = {break_channel{x.channel, broken, x.why}}};
    told->now = clock_();
    told->arrived = std::chrono::steady_clock::now();
    caf::anon_send(to_, unit_ptr{std::move(told)});
  }

 private:
  persistence_actor to_;
  wall_clock clock_;
  std::atomic<bool> broken_;
};

}  // namespace

void channel_senders::start(const booked_channel& what, channel_history history) {
  auto channel = make_channel(what);
  if (!channel)
    throw std::runtime_error("channels." + what.settings.name + ": " + channel.error().detail);
  if (!*channel)  // the inbox: the commit itself delivers
    return;
  auto log =
    std::make_shared<breakage_log>(with_.persistence, with_.clock, what.broken_at.has_value());
  auto sender =
    spawn_sender(with_.system, with_.group, with_.persistence,
                 {.settings = what.settings,
                  .channel = *channel,
                  .transport = with_.transport,
                  .history = std::move(history),
                  .initial = standing_of(what),
                  .clock = with_.clock,
                  .ids = with_.ids,
                  .queries = with_.queries,
                  .in_flight = with_.in_flight,
                  .watchdog = with_.watchdog,
                  .on_change = [log = std::move(log)](const channel_standing& x) { log->hear(x); }},
                 with_.counts);
  with_.tree.watch(with_.group, sender);
  all_[what.settings.name] = {std::move(sender), what.settings, std::move(*channel)};
}

result<void> channel_senders::apply(const booked_channel& what) {
  const auto known = all_.find(what.settings.name);
  if (known == all_.end()) {
    if (what.settings.enabled)
      start(what, history_of(what.settings.name));
    return {};
  }
  auto channel = make_channel(what);
  if (!channel)
    return channel.error();
  if (!*channel) {
    retire(what.settings.name);
    return {};
  }
  known->second.settings = what.settings;
  known->second.channel = *channel;
  awaited_answer<channel_standing> done;
  caf::anon_send(known->second.sender, channel_order{reconfigure{what.settings, std::move(*channel),
                                                                 done.shared_promise()}});
  if (auto said = done.until(std::chrono::steady_clock::now() + patience); !said)
    return said.error();
  return {};
}

void channel_senders::retire(const std::string& name) {
  const auto known = all_.find(name);
  if (known == all_.end())
    return;
  known->second.settings.enabled = false;
  order(name, {reconfigure{known->second.settings, known->second.channel, nullptr}});
}

bool channel_senders::order(const std::string& name, channel_order what) {
  const auto known = all_.find(name);
  if (known == all_.end())
    return false;
  caf::anon_send(known->second.sender, std::move(what));
  return true;
}

std::map<std::string, channel_standing> channel_senders::standings(steady_time deadline) {
  std::map<std::string, awaited_answer<channel_standing>> asked;
  for (auto& [name, one] : all_)
    caf::anon_send(one.sender, channel_order{ask_standing{asked[name].shared_promise()}});
  std::map<std::string, channel_standing> out;
  for (auto& [name, answer] : asked)
    if (auto said = answer.until(deadline))
      out.emplace(name, std::move(*said));
  return out;
}

bool channel_senders::drain(steady_time deadline) {
  std::vector<awaited_answer<bool>> asked(all_.size());
  auto next = asked.begin();
  for (auto& [name, one] : all_)
    caf::anon_send(one.sender, carillon::drain{(next++)->shared_promise()});
  bool complete = true;
  for (auto& x : asked) {
    const auto said = x.until(deadline);
    complete &= said && *said;
  }
  return complete;
}

// A new sender's rate begins where the last one's use left it; where storage does not say, as if it
// had just been used.
channel_history channel_senders::history_of(const std::string& name) {
  awaited_answer<channel_history> asked;
  caf::anon_send(with_.queries,
                 std::make_shared<query>(query{read_channel_history{name, asked.promise()}}));
  auto said = asked.until(std::chrono::steady_clock::now() + patience);
  return said ? std::move(*said) : channel_history{.last_use = with_.clock()};
}

}  // namespace carillon
