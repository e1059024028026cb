#pragma once

#include "adapters/live/services.hpp"
#include "protocol/error.hpp"
#include "protocol/principal.hpp"

#include <functional>
#include <memory>
#include <string_view>

namespace carillon::socketio {

class client;
class registry;
using client_ptr = std::shared_ptr<client>;

/// What Socket.IO clients need from the rest of the engine; one for the process.
struct services {
  live::live_services_ptr live;
  /// Who a token speaks for. Any thread.
  std::function<result<principal_ptr>(std::string_view token)> check;
  std::shared_ptr<registry> clients;
};

using services_ptr = std::shared_ptr<const services>;

}  // namespace carillon::socketio
