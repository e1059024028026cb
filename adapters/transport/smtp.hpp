#pragma once

#include "adapters/transport/guard.hpp"
#include "protocol/transport.hpp"

#include <string>
#include <vector>

namespace carillon {

struct smtp_transport_options {
  /// Conversations at once; more wait in order.
  int max_active{32};
  /// Messages on one connection before it is left.
  int messages_per_connection{100};
  /// How long a connection waits for the next message.
  milliseconds idle{20'000};
  /// A file of certificates to trust in place of the system's.
  std::string ca_file{};
  /// What guarded conversations may reach although it is private.
  std::vector<address_range> allow_private{};
};

/// Mail through libcurl. Each conversation has a thread for its time, because libcurl waits for the
/// reply to the final dot inside its call: a server that is slow to take a message holds up nobody
/// else's. Connections are kept for the next message to the same server with the same security,
/// certificates to trust and login; one that its server closed meanwhile is replaced by a new one
/// within the same conversation, unless the server answered DATA.
/// STARTTLS that is asked for must succeed, certificates are verified, and nothing is logged in to
/// in clear but loopback. When it ends, conversations under way are told `cancelled`. Takes
/// `mail_request` alone.
transport_ptr make_smtp_transport(const smtp_transport_options& how);

}  // namespace carillon
