#pragma once

#include "protocol/transport.hpp"

#include <functional>
#include <string_view>

namespace carillon {

/// Writes `log_request`s at once, on the caller's thread; takes nothing else.
transport_ptr make_log_transport(std::function<void(std::string_view)> write);

/// Gives each request to the transport of its kind.
transport_ptr make_outbound(transport_ptr http, transport_ptr mail, transport_ptr log);

}  // namespace carillon
