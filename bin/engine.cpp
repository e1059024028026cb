#include "bin/engine.hpp"

#include "actors/ingress.hpp"
#include "actors/persistence.hpp"
#include "actors/presence.hpp"
#include "actors/queries.hpp"
#include "actors/retry_scheduler.hpp"
#include "actors/sender.hpp"
#include "actors/watchdog.hpp"
#include "adapters/channels/registry.hpp"
#include "bin/catalog.hpp"
#include "bin/store_url.hpp"

#include <spdlog/spdlog.h>
#include <caf/atom.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <future>
#include <thread>

namespace carillon {

namespace {

std::size_t cores() {
  return std::max(1U, std::thread::hardware_concurrency());
}

/// SQLite's readers cost a thread and a file each; a server's also a process of its own.
std::size_t readers_for(const config& how) {
  if (engine_of(how.storage.url) == "sqlite")
    return 2 * cores();
  auto pool = static_cast<std::size_t>(how.storage.pool_size);
  return std::min(pool - 1, 4 * cores());
}

/// Sends a question that carries its own answer and waits for that, but not beyond the deadline.
template <class Question, class Handle>
bool ask_until(const Handle& whom, Question question, steady_time deadline) {
  auto told = std::make_shared<std::promise<bool>>();
  auto answered = told->get_future();
  question.reply = std::make_shared<answer<bool>>(
    [told](result<bool> said) { told->set_value(said.has_value() && *said); });
  caf::anon_send(whom, std::move(question));
  return answered.wait_until(deadline) == std::future_status::ready && answered.get();
}

}  // namespace

engine::system_config::system_config() {
  // Without `parse`, CAF reads no file and no arguments of its own.
  set("scheduler.policy", caf::atom("sharing"));
  set("scheduler.max-threads", cores());
}

engine::engine(const config& how, surroundings with)
    : system_(system_config_),
      tree_(system_, with.counts, with.ended),
      known_(std::make_shared<directory>()),
      health_(std::make_shared<store_health>()),
      ids_(std::make_shared<uuid_source>()) {
  auto store = storage::open_repository(
    {.url = how.storage.url, .retention_days = static_cast<int>(how.storage.retention_days)},
    with.clock);
  std::map<std::string, std::optional<timestamp>> last_uses;
  for (auto& [name, channel] : how.channels)
    if (channel.enabled)
      last_uses[name] = store->last_use(name);

  // Groups stop in the reverse order of their first mention.
  auto storing = tree_.group("storage");
  auto sending = tree_.group("channels");
  auto living = tree_.group("live");

  persistence_ =
    spawn_persistence(system_, storing, with.counts, known_, std::move(store), with.clock, health_);
  tree_.watch(storing, persistence_);
  queries_ = spawn_queries(system_, storing, with.counts,
                           [url = how.storage.url] { return storage::open_reader(url); },
                           {.readers = readers_for(how)});
  tree_.watch(storing, queries_);
  known_->scheduler =
    spawn_retry_scheduler(system_, storing, with.counts, persistence_, with.clock);
  tree_.watch(storing, known_->scheduler);
  known_->watchdog = spawn_watchdog(system_, sending, with.counts, persistence_);
  tree_.watch(sending, known_->watchdog);
  known_->presence = spawn_presence(
    system_, living, persistence_, queries_, with.clock, with.counts,
    {.max_connections_per_user = static_cast<std::size_t>(how.server.max_connections_per_user),
     .visible_to_all = how.presence.visible_to == "all",
     .on_restart = with.presence_restarted});
  tree_.watch(living, known_->presence);
  ingress_ =
    spawn_ingress(system_, storing, persistence_, queries_, make_catalog(how), ids_, with.counts);
  tree_.watch(storing, ingress_);
  // Only now is there somebody to tell of what the store holds.
  caf::anon_send(persistence_, survey_again{});
  start_senders(how, last_uses, sending, with);
}

void engine::start_senders(const config& how,
                           const std::map<std::string, std::optional<timestamp>>& last_uses,
                           const supervisor_actor& group, const surroundings& with) {
  for (auto& [name, settings] : how.channels) {
    if (!settings.enabled)
      continue;
    auto channel = make_channel(settings);
    if (!channel)
      throw std::runtime_error("channels." + name + ": " + channel.error().detail);
    if (!*channel)  // the inbox: the commit itself delivers
      continue;
    auto sender = spawn_sender(system_, group, persistence_, settings, *channel, with.outbound,
                               last_uses.at(name), with.clock, ids_, with.counts);
    tree_.watch(group, sender);
    senders_.push_back(std::move(sender));
  }
}

void engine::use(catalog_ptr what) {
  caf::anon_send(ingress_, std::move(what));
}

bool engine::drain_senders(steady_time deadline) {
  std::vector<std::future<bool>> waiting;
  for (auto& sender : senders_)
    waiting.push_back(std::async(
      std::launch::async, [&sender, deadline] { return ask_until(sender, drain{}, deadline); }));
  return std::all_of(waiting.begin(), waiting.end(), [](auto& done) { return done.get(); });
}

bool engine::close_connections(std::uint16_t code, steady_time deadline) {
  return ask_until(known_->presence, close_all{.code = code}, deadline);
}

bool engine::close_store(steady_time deadline) {
  return ask_until(persistence_, carillon::close_store{}, deadline);
}

void engine::stop() {
  tree_.stop();
}

}  // namespace carillon
