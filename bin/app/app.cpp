#include "bin/app/app.hpp"

#include "adapters/socketio/registry.hpp"
#include "bin/app/open_files.hpp"
#include "bin/catalog.hpp"
#include "bin/clock.hpp"
#include "bin/listen_address.hpp"
#include "bin/log.hpp"
#include "bin/outbound.hpp"
#include "bin/store_url.hpp"
#include "bin/stored_settings.hpp"
#include "storage/repository.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <thread>

namespace carillon {

namespace {

/// Connections that may be open for plain HTTP beside the live ones.
constexpr std::int64_t plain_connections = 256;

void bring_up_to_date(const std::string& url) {
  make_directory_of(url);
  for (auto& name : storage::migrate(url))
    spdlog::info("applied migration {}", name);
}

std::size_t thread_count(const config& how) {
  if (how.server.io_threads > 0)
    return static_cast<std::size_t>(how.server.io_threads);
  return std::clamp(std::thread::hardware_concurrency(), 1U, 8U);
}

http::server_options options_of(const config& how) {
  auto listen = parse_listen_address(how.server.listen).value_or(listen_address{});
  http::server_options options;
  options.host = listen.host;
  options.port = listen.port;
  options.tls_certificate = how.server.tls_certificate;
  options.tls_key = how.server.tls_key;
  options.max_connections = how.server.max_connections;
  options.plain_connections = plain_connections;
  options.max_body_bytes = static_cast<std::size_t>(how.server.max_body_bytes);
  options.max_bulk_bytes = static_cast<std::size_t>(how.server.max_bulk_bytes);
  options.rules = server_rules_of(how);
  return options;
}

socketio::services_ptr make_socketio(live::live_services_ptr live, http::authenticator_ptr tokens) {
  return std::make_shared<const socketio::services>(socketio::services{
    .live = std::move(live),
    .check = [tokens = std::move(tokens)](
               std::string_view token) { return tokens->check(token, wall_time()); },
    .clients = std::make_shared<socketio::registry>(),
  });
}

}  // namespace

http::jwt_rules jwt_rules_of(const config& how) {
  http::jwt_rules rules{
    .secret = how.auth.jwt_secret, .issuer = how.auth.issuer, .audience = how.auth.audience};
  if (auto& name = how.auth.jwt_public_key_file; !name.empty()) {
    std::ifstream in{name, std::ios::binary};
    rules.public_key.assign(std::istreambuf_iterator<char>{in}, {});
    if (!in)
      throw std::invalid_argument{"the file " + name + " cannot be read"};
  }
  return rules;
}

std::shared_ptr<http::authenticator> make_authenticator(const config& how) {
  return std::make_shared<http::authenticator>(jwt_rules_of(how), how.auth.service_tokens);
}

http::server_rules server_rules_of(const config& how) {
  return {.metrics_token = how.server.metrics_token,
          .request_limit_per_minute = how.server.request_limit_per_minute,
          .producer_limit_per_minute = how.server.producer_limit_per_minute,
          .allowed_origins = how.server.allowed_origins};
}

app::app(config how, configure again)
    : how_(std::move(how)),
      file_(how_),
      again_(std::move(again)),
      small_door_(std::make_shared<door>(door::bounds{})),
      large_door_(
        std::make_shared<door>(door::bounds{.units = 2, .bytes = 2 * how_.server.max_bulk_bytes})),
      census_(std::make_shared<live::census>(how_.server.max_connections, counts_)),
      tokens_(make_authenticator(how_)) {}

void app::start() {
  raise_open_files(how_.server.max_connections + plain_connections + 128);
  // A taken port is told at once: the name of a node that runs already would be waited for.
  const auto where = options_of(how_);
  http::check_port(where.host, where.port);
  bring_up_to_date(how_.storage.url);
  load_stored();
  load_routes();
  start_shards();
  engine_.emplace(how_, *book_,
                  surroundings{.counts = counts_,
                               .outbound = outbound_of(how_),
                               .clock = wall_time,
                               .presence_restarted =
                                 [this] {
                                   close_live(close_code::service_restart,
                                              "a part of the engine was restarted; resume");
                                 },
                               .ended = [this](const std::string& why) { has_ended(why); }});
  publish();
  start_server();
}

void app::load_stored() {
  auto stored = read_stored_settings(how_.storage.url);
  auto book = channel_book::open(how_.channels, stored.channels, book_rules_of(how_));
  if (!book)
    throw invalid_configuration{book.error()};
  book_.emplace(std::move(*book));
  keys_ = std::move(stored.keys);
  auto whole = configuration::put_over(std::move(how_), keys_);
  if (!whole)
    throw invalid_configuration{whole.error()};
  how_ = std::move(*whole);
  how_.channels = book_->settings();
  set_log_level(how_.log.level);
}

void app::publish() {
  engine_->use(make_catalog(how_, own_routes_));
}

void app::adopt() {
  server_->use(server_rules_of(how_));
  publish();
  set_log_level(how_.log.level);
}

app::~app() {
  if (server_)
    server_->close();
  if (engine_ && !ended_) {
    engine_->stop();
    wait_until(steady_time::max(), [this] { return ended_.load(); });
  }
  // Their threads hold the last answers and connections: they end before the actors' system does.
  for (auto& shard : shards_)
    shard->stop();
  for (auto& shard : shards_)
    shard->join();
  if (server_)
    server_->let_go();
  engine_.reset();
}

void app::start_shards() {
  for (std::size_t i = 0; i < thread_count(how_); ++i)
    shards_.push_back(std::make_unique<live::shard>(counts_));
  for (auto& shard : shards_)
    shard->start();
}

void app::start_server() {
  auto live = std::make_shared<live::live_services>(live::live_services{
    .presence = engine_->presence(),
    .queries = engine_->queries(),
    .now = wall_time,
    .connections = census_,
    .queues = std::make_shared<live::backlog>(),
  });
  http::services services{
    .ingress = engine_->ingress(),
    .persistence = engine_->persistence(),
    .queries = engine_->queries(),
    .presence = engine_->presence(),
    .small_door = small_door_,
    .large_door = large_door_,
    .tokens = tokens_,
    .count = &counts_,
    .scrape = [this] { return counts_.scrape(); },
    .storage = engine_->health(),
    .draining = draining_,
    .now = wall_time,
    .live = live,
    .socketio = make_socketio(live, tokens_),
    .reload = [this](answer<http::reload_report> reply) { ask(std::move(reply)); },
    .templates = engine_->templates(),
    .catalog = [this] { return engine_->current(); },
    .settings = [this](http::settings_request asked) { ask(std::move(asked)); },
    .sources = how_.sources,
    .presence_visible_to_all = how_.presence.visible_to == "all",
  };
  std::vector<live::shard*> shards;
  for (auto& shard : shards_)
    shards.push_back(shard.get());
  server_.emplace(options_of(how_), std::move(services), std::move(shards));
  server_->start();
  const auto& listen = how_.server.listen;
  spdlog::info("listening on {}:{}, storing in {}", listen.substr(0, listen.rfind(':')), port(),
               engine_of(how_.storage.url));
}

void app::has_ended(const std::string& why) {
  if (!why.empty()) {
    spdlog::critical("the engine ended: {}", why);
    broken_ = true;
  }
  ended_ = true;
  signals::wake();
}

void app::close_live(close_code code, const std::string& why) {
  for (auto& shard : shards_)
    shard->close_live(code, why);
}

int app::run() {
  for (;;) {
    switch (signals_.next()) {
      case signals::event::stop:
        return shut_down();
      case signals::event::reload:
        reload();
        break;
      case signals::event::woken:
        if (ended_)
          return 1;
        run_errands();
        break;
    }
  }
}

bool app::wait_until(steady_time deadline, const std::function<bool()>& reached) {
  constexpr milliseconds step{5};
  while (!reached()) {
    if (std::chrono::steady_clock::now() >= deadline)
      return false;
    signals_.next_within(step);
  }
  return true;
}

int app::shut_down() {
  spdlog::info("stopping");
  const auto deadline = std::chrono::steady_clock::now() + seconds{how_.server.shutdown_seconds};
  draining_->store(true);
  refuse_errands();
  server_->stop_accepting();
  bool complete = engine_->drain_senders(deadline);
  complete &=
    wait_until(deadline, [this] { return small_door_->units() == 0 && large_door_->units() == 0; });
  complete &= engine_->close_store(deadline);
  if (!complete)
    spdlog::warn(
      "not all that was in flight could be finished within server.shutdown_seconds; "
      "what was accepted is taken up at the next start");
  // Close frames are small and the sockets are there: what a peer does not take now, it never will.
  const auto patience = std::max(deadline, std::chrono::steady_clock::now() + seconds{1});
  engine_->close_connections(static_cast<std::uint16_t>(close_code::going_away), patience);
  close_live(close_code::going_away, "the node stops");
  wait_until(patience, [this] { return census_->now() == 0; });
  server_->close();
  engine_->stop();
  wait_until(steady_time::max(), [this] { return ended_.load(); });
  spdlog::info("stopped");
  return broken_ ? 1 : 0;
}

}  // namespace carillon
