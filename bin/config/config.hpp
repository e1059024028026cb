#pragma once

#include "adapters/http/authenticator.hpp"
#include "adapters/sources/webhook.hpp"
#include "bin/config/layers.hpp"
#include "bin/config/sinks.hpp"
#include "protocol/channel.hpp"
#include "protocol/error.hpp"
#include "protocol/route.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace carillon {

/// The whole configuration, checked. What each member means and defaults to is said once, in
/// `bin/config/keys.cpp`.
struct config {
  struct {
    std::string listen;
    std::string tls_certificate;
    std::string tls_key;
    std::int64_t max_connections{0};
    std::int64_t max_body_bytes{0};
    std::int64_t max_bulk_bytes{0};
    std::int64_t max_connections_per_user{0};
    std::int64_t io_threads{0};
    std::int64_t request_limit_per_minute{0};
    std::int64_t producer_limit_per_minute{0};
    std::string metrics_token;
    std::vector<std::string> allowed_origins;
    std::int64_t shutdown_seconds{0};
  } server;
  struct {
    std::vector<std::string> allow_private;
    std::string proxy;
    std::string ca_file;
  } outbound;
  struct {
    std::string master_key;
    std::string jwt_secret;
    std::string jwt_public_key_file;
    std::string issuer;
    std::string audience;
    std::vector<http::service_token> service_tokens;
  } auth;
  struct {
    std::string url;
    std::int64_t pool_size{0};
    std::int64_t retention_days{0};
  } storage;
  struct {
    std::string announce;
    std::string visible_to;
  } presence;
  struct {
    std::string default_language;
  } templates;
  struct {
    std::string channel;
    std::string recipient;
    std::string cooldown;
    std::int64_t consecutive_failures{0};
    std::int64_t dead_letters{0};
  } alerts;
  struct {
    std::string level;
    std::string format;
  } log;
  /// By name; always holds `system`.
  std::map<std::string, channel_settings> channels;
  std::vector<route> routes;
  /// By name.
  carillon::sources::webhooks sources;
  /// By name.
  std::map<std::string, sink_settings> sinks;
};

/// Reads and checks everything. The error is `invalid` with all faults, each naming the place
/// (file and line, variable or flag) and the key.
result<config> read_config(const configuration::sources& from);

/// Where it comes from by the usual rules: `file` if given, else `$CARILLON_CONFIG`, else
/// `./carillon.toml` if it exists and nothing stands in for the defaults.
configuration::sources find_sources(const std::string& file, std::vector<std::string> flags,
                                    std::map<std::string, std::string> environment,
                                    std::string base = {});

/// Every key with its default and a line of explanation, as TOML that `read_config` accepts.
std::string default_config();

}  // namespace carillon
