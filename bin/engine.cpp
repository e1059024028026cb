#include "bin/engine.hpp"

#include "actors/bulk_runner.hpp"
#include "actors/digest_runner.hpp"
#include "actors/ingress.hpp"
#include "actors/persistence.hpp"
#include "actors/presence.hpp"
#include "actors/queries.hpp"
#include "actors/retry_scheduler.hpp"
#include "actors/waiting_room.hpp"
#include "actors/watchdog.hpp"
#include "bin/alerts.hpp"
#include "bin/await.hpp"
#include "bin/catalog.hpp"
#include "bin/store_url.hpp"

#include <caf/atom.hpp>
#include <caf/send.hpp>

#include <algorithm>
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

presence_news news_of(const config& how) {
  const auto& word = how.presence.announce;
  return word == "all"   ? presence_news::to_all
         : word == "off" ? presence_news::to_nobody
                         : presence_news::to_subscribers;
}

/// What the store has of templates.
template_shelf_ptr read_shelf(const config& how) {
  rules::template_book book{how.templates.default_language};
  result<std::vector<template_ptr>> found{error{}};
  read_templates asked;
  asked.reply = answer<std::vector<template_ptr>>{[&](auto read) { found = std::move(read); }};
  query all{std::move(asked)};
  storage::open_reader(how.storage.url)->run(all);
  if (!found)
    throw std::runtime_error("the templates cannot be read: " + found.error().detail);
  for (auto& row : *found)
    book.put(std::move(row));
  return std::make_shared<template_shelf>(std::move(book));
}

/// The sinks that are switched on, as the store knows them.
std::vector<sink> sinks_of(const config& how) {
  std::vector<sink> out;
  for (const auto& [name, x] : how.sinks)
    if (x.channel.enabled)
      out.push_back({.channel = x.channel.name,
                     .sent = x.sent,
                     .dead = x.dead,
                     .max_attempts = x.channel.retry.max_attempts,
                     .max_age = x.channel.max_age});
  return out;
}

/// The channels that are switched on, and the sinks'.
std::vector<booked_channel> ways_out(const config& how, const channel_book& channels) {
  std::vector<booked_channel> out;
  for (const auto& [name, channel] : channels.all())
    if (channel.settings.enabled)
      out.push_back(channel);
  for (const auto& [name, x] : how.sinks)
    if (x.channel.enabled)
      out.push_back({.settings = x.channel});
  return out;
}

/// Sends a question that carries its own answer and waits for that, but not beyond the deadline.
template <class Question, class Handle>
bool ask_until(const Handle& whom, Question question, steady_time deadline) {
  awaited_answer<bool> told;
  question.reply = told.shared_promise();
  caf::anon_send(whom, std::move(question));
  const auto said = told.until(deadline);
  return said && *said;
}

}  // namespace

engine::system_config::system_config() {
  // Without `parse`, CAF reads no file and no arguments of its own.
  set("scheduler.policy", caf::atom("sharing"));
  set("scheduler.max-threads", cores());
}

engine::engine(const config& how, const channel_book& channels, surroundings with)
    : system_(system_config_),
      tree_(system_, with.counts, with.ended),
      known_(std::make_shared<directory>()),
      health_(std::make_shared<store_health>()),
      ids_(std::make_shared<uuid_source>()),
      templates_(read_shelf(how)),
      catalog_(make_catalog(how)) {
  auto store =
    storage::open_repository({.url = how.storage.url,
                              .retention_days = static_cast<int>(how.storage.retention_days),
                              .sinks = sinks_of(how)},
                             with.clock);
  const auto ways = ways_out(how, channels);
  std::map<std::string, channel_history> histories;
  for (auto& way : ways)
    histories[way.settings.name] = store->history(way.settings.name);

  // Groups stop in the reverse order of their first mention.
  auto storing = tree_.group("storage");
  auto sending = tree_.group("channels");
  auto living = tree_.group("live");

  const auto in_flight = std::make_shared<deliveries_in_flight>();
  persistence_ =
    spawn_persistence(system_, storing, with.counts, known_, std::move(store), with.clock, health_);
  tree_.watch(storing, persistence_);
  queries_ = spawn_queries(
    system_, storing, with.counts,
    [url = how.storage.url, in_flight] { return storage::open_reader(url, in_flight); },
    {.readers = readers_for(how)});
  tree_.watch(storing, queries_);
  known_->scheduler =
    spawn_retry_scheduler(system_, storing, with.counts, persistence_, with.clock);
  tree_.watch(storing, known_->scheduler);
  known_->waiting =
    spawn_waiting_room(system_, storing, with.counts, persistence_, with.clock, in_flight);
  tree_.watch(storing, known_->waiting);
  known_->presence = spawn_presence(
    system_, living, persistence_, queries_, with.clock, with.counts,
    {.max_connections_per_user = static_cast<std::size_t>(how.server.max_connections_per_user),
     .visible_to_all = how.presence.visible_to == "all",
     .news = news_of(how),
     .on_restart = with.presence_restarted});
  tree_.watch(living, known_->presence);
  ingress_ = spawn_ingress(system_, storing, persistence_, queries_, known_->waiting, catalog_,
                           templates_, ids_, with.counts);
  tree_.watch(storing, ingress_);
  known_->bulks = spawn_bulk_runner(system_, storing, with.counts,
                                    {.persistence = persistence_,
                                     .queries = queries_,
                                     .ingress = ingress_,
                                     .presence = known_->presence,
                                     .clock = with.clock});
  tree_.watch(storing, known_->bulks);
  known_->digests = spawn_digest_runner(system_, storing, with.counts, persistence_, queries_,
                                        ingress_, with.clock);
  tree_.watch(storing, known_->digests);
  auto alerts = make_alerts(how);
  alerts.ingress = ingress_;
  alerts.clock = with.clock;
  known_->watchdog = spawn_watchdog(system_, sending, with.counts, persistence_, std::move(alerts));
  tree_.watch(sending, known_->watchdog);
  // Only now is there somebody to tell of what the store holds.
  caf::anon_send(persistence_, survey_again{});
  senders_.emplace(channel_senders::surroundings{.system = system_,
                                                 .tree = tree_,
                                                 .group = sending,
                                                 .persistence = persistence_,
                                                 .queries = queries_,
                                                 .watchdog = known_->watchdog,
                                                 .transport = with.outbound,
                                                 .clock = with.clock,
                                                 .ids = ids_,
                                                 .in_flight = in_flight,
                                                 .counts = with.counts});
  for (auto& way : ways)
    senders_->start(way, std::move(histories[way.settings.name]));
}

void engine::use(catalog_ptr what) {
  catalog_ = what;
  caf::anon_send(ingress_, std::move(what));
}

bool engine::drain_senders(steady_time deadline) {
  const bool drained = senders_->drain(deadline);
  // Outcomes that were still to come have come: nobody needs to wait on.
  caf::anon_send(known_->waiting, close_waiting{});
  return drained;
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
