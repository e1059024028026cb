#pragma once

#include "bin/channel_book.hpp"
#include "bin/config/config.hpp"
#include "protocol/transport.hpp"

namespace carillon {

/// What carries requests to providers, as the configuration says.
transport_ptr outbound_of(const config& how);

/// What changes of channels are checked with.
channel_book::rules book_rules_of(const config& how);

}  // namespace carillon
