#include "bin/config/keys.hpp"

namespace carillon::configuration {

namespace {

constexpr section_spec sections[] = {
  {"server", "The door: where clients and producers come in."},
  {"outbound", "What goes out to providers."},
  {"auth", "Who may ask. A secret or a public key is required: there is no default one."},
  {"storage", "Where everything accepted is kept."},
  {"templates", "The words of notifications."},
  {"presence", "Who is online."},
  {"alerts", "What the engine tells its operator about itself."},
  {"cluster", "Several nodes on one database."},
  {"log", "What is written to standard error."},
};

constexpr std::int64_t mebibyte = 1 << 20;

constexpr key_spec keys[] = {
  {"server", "listen", [](config& c) -> target { return &c.server.listen; }, R"("0.0.0.0:8000")",
   "Address and port; [::1]:8000 for IPv6."},
  {"server", "tls_certificate", [](config& c) -> target { return &c.server.tls_certificate; },
   R"("")", "PEM file with the certificate chain; with it everything is HTTPS and WSS."},
  {"server", "tls_key", [](config& c) -> target { return &c.server.tls_key; }, R"("")",
   "PEM file with the certificate's private key."},
  {"server", "max_connections", [](config& c) -> target { return &c.server.max_connections; },
   "10000", "Live connections at once; 256 more are kept for plain HTTP.", false, 1, 1'000'000},
  {"server", "max_body_bytes", [](config& c) -> target { return &c.server.max_body_bytes; },
   "1048576", "The largest request body.", false, 1024, 1024 * mebibyte},
  {"server", "max_bulk_bytes", [](config& c) -> target { return &c.server.max_bulk_bytes; },
   "67108864", "The largest body that carries many things at once.", false, 1024, 1024 * mebibyte},
  {"server", "max_connections_per_user",
   [](config& c) -> target { return &c.server.max_connections_per_user; }, "20",
   "Live connections of one user.", false, 1, 1'000'000},
  {"server", "io_threads", [](config& c) -> target { return &c.server.io_threads; }, "0",
   "Threads for sockets; 0 is one per core, at most 8.", false, 0, 64},
  {"server", "request_limit_per_minute",
   [](config& c) -> target { return &c.server.request_limit_per_minute; }, "100",
   "Requests of one user without publish or admin; 0 is no limit."},
  {"server", "producer_limit_per_minute",
   [](config& c) -> target { return &c.server.producer_limit_per_minute; }, "0",
   "Requests of one producer (scope publish); 0 is no limit."},
  {"server", "metrics_token", [](config& c) -> target { return &c.server.metrics_token; }, R"("")",
   "The bearer token that /metrics asks for; empty leaves it open.", true},
  {"server", "allowed_origins", [](config& c) -> target { return &c.server.allowed_origins; }, "[]",
   "Web origins, such as https://app.example, whose pages may ask and connect; empty allows all, "
   "since every request has a token."},
  {"server", "shutdown_seconds", [](config& c) -> target { return &c.server.shutdown_seconds; },
   "10", "How long a stop waits for what is in flight.", false, 0, 3600},

  {"outbound", "allow_private", [](config& c) -> target { return &c.outbound.allow_private; }, "[]",
   "Private networks (CIDR) that URLs given through the API may reach."},
  {"outbound", "proxy", [](config& c) -> target { return &c.outbound.proxy; }, R"("")",
   "The HTTP proxy for providers, such as http://proxy:3128."},
  {"outbound", "ca_file", [](config& c) -> target { return &c.outbound.ca_file; }, R"("")",
   "PEM file of the authorities trusted instead of the system's."},

  {"auth", "master_key", [](config& c) -> target { return &c.auth.master_key; }, R"("")",
   "32 bytes in base64 that encrypt secrets stored through the API.", true},
  {"auth", "jwt_secret", [](config& c) -> target { return &c.auth.jwt_secret; }, R"("")",
   "The secret that tokens are signed with (HS256): 32 random bytes or more.", true},
  {"auth", "jwt_public_key_file", [](config& c) -> target { return &c.auth.jwt_public_key_file; },
   R"("")",
   "PEM file of the public key that tokens are checked with (RS256, ES256); instead of a secret."},
  {"auth", "issuer", [](config& c) -> target { return &c.auth.issuer; }, R"("")",
   "The iss a token must bear; empty for any."},
  {"auth", "audience", [](config& c) -> target { return &c.auth.audience; }, R"("")",
   "The aud a token must bear; empty for any."},

  {"storage", "url", [](config& c) -> target { return &c.storage.url; },
   R"("sqlite://var/carillon.db")", "sqlite://FILE, or postgresql://USER:PASSWORD@HOST/DATABASE.",
   true},
  {"storage", "replica_url", nullptr, R"("")", "A replica to read from while the primary is away.",
   true},
  {"storage", "pool_size", [](config& c) -> target { return &c.storage.pool_size; }, "50",
   "The most connections to a database server.", false, 2, 1000},
  {"storage", "spool", nullptr, R"("")", "Where to keep what is accepted while storage is away."},
  {"storage", "retention_days", [](config& c) -> target { return &c.storage.retention_days; }, "90",
   "Days that notifications, events, deliveries and locks are kept.", false, 1, 36'500},

  {"templates", "default_language",
   [](config& c) -> target { return &c.templates.default_language; }, R"("zh-CN")",
   "The language of those whose own is not known."},

  {"presence", "announce", [](config& c) -> target { return &c.presence.announce; },
   R"("subscribers")", "Who is told that somebody came or went.", false, 0, 0,
   "subscribers|all|off"},
  {"presence", "visible_to", [](config& c) -> target { return &c.presence.visible_to; },
   R"("admin")", "Who may ask who is online.", false, 0, 0, "admin|all"},

  {"alerts", "channel", [](config& c) -> target { return &c.alerts.channel; }, R"("")",
   "The channel that alerts go to; empty leaves them to the log."},
  {"alerts", "recipient", [](config& c) -> target { return &c.alerts.recipient; }, R"("")",
   "Their address there, or the user id for system, where empty means the role admin."},
  {"alerts", "consecutive_failures",
   [](config& c) -> target { return &c.alerts.consecutive_failures; }, "3",
   "Failed attempts in a row that a channel may have."},
  {"alerts", "dead_letters", [](config& c) -> target { return &c.alerts.dead_letters; }, "100",
   "Dead letters that a channel may have."},
  {"alerts", "cooldown", [](config& c) -> target { return &c.alerts.cooldown; }, R"("15m")",
   "At most one alert of a kind and channel in it."},

  {"cluster", "node", nullptr, R"("")", "This node's name."},
  {"cluster", "listen", nullptr, R"("")", "Where other nodes connect."},
  {"cluster", "peers", nullptr, "[]", "The other nodes."},
  {"cluster", "tls", nullptr, "false", "Whether nodes speak TLS."},

  {"log", "level", [](config& c) -> target { return &c.log.level; }, R"("info")",
   "The least that is written.", false, 0, 0, "trace|debug|info|warn|warning|error"},
  {"log", "format", [](config& c) -> target { return &c.log.format; }, R"("text")",
   "Lines for people or JSON for machines.", false, 0, 0, "text|json"},
};

constexpr channel_key_spec channel_keys[] = {
  {"type", R"("webhook")", "What it is."},
  {"enabled", "true", "Off: its deliveries are recorded as skipped."},
  {"rate", R"("off")", "No window ever holds more: 20/min, 5/s, 20/2s, 1000/h or off."},
  {"burst", "0", "How many may go at once; 0 is a quarter of the rate."},
  {"concurrency", "4", "Attempts at once."},
  {"timeout_seconds", "15", "The longest an attempt may take."},
  {"max_age", R"("24h")", "An undelivered one is dead after that."},
  {"retry", R"("10s,30s,120s,600s")",
   R"(Waits, a preset (admin, exponential, minutes) or { backoff = "exponential", base = "1s", )"
   R"(cap = "10m", max_attempts = 5, jitter = "full" }.)"},
  {"failover", "[]", "Channels that take over, in order."},
  {"circuit_failures", "10", "Transient failures in a row after which only probes go out."},
  {"circuit_cooldown", R"("15s")", "How often it is probed then."},
};

}  // namespace

std::span<const key_spec> key_specs() {
  return keys;
}

std::span<const section_spec> section_specs() {
  return sections;
}

std::span<const channel_key_spec> channel_key_specs() {
  return channel_keys;
}

}  // namespace carillon::configuration
