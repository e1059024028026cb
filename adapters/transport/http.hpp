#pragma once

#include "adapters/transport/guard.hpp"
#include "protocol/transport.hpp"

#include <string>
#include <vector>

namespace carillon {

struct http_transport_options {
  /// Exchanges at once; more wait in order.
  int max_active{1024};
  /// Idle connections kept for the next exchange.
  long max_idle{256};
  /// A file of certificates to trust in place of the system's.
  std::string ca_file{};
  /// `http://host:port`; the environment's proxy is never used.
  std::string proxy{};
  /// What guarded requests may reach although it is private.
  std::vector<address_range> allow_private{};
};

/// Outbound HTTP/1.1, and HTTP/2 where it is asked for, through libcurl on a thread of its own:
/// connections are reused, certificates verified, redirects never followed, answers read up to 64
/// KiB. Guarded requests share no connection with others, so that every address they reach was
/// checked; through a proxy only literal addresses can be. When it ends, exchanges under way are
/// told `cancelled`. Takes no `log_request`.
transport_ptr make_http_transport(const http_transport_options& how);

}  // namespace carillon
