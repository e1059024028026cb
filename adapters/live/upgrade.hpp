#pragma once

#include "adapters/live/services.hpp"
#include "adapters/live/shard.hpp"
#include "adapters/live/takeover.hpp"
#include "adapters/stream.hpp"
#include "protocol/error.hpp"
#include "protocol/principal.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace carillon::live {

/// A request to become a WebSocket, with header fields as they came (several of one name joined
/// by commas; absent ones empty).
struct upgrade_request {
  bool get{true};      ///< the method is GET
  bool http_11{true};  ///< the version is HTTP/1.1
  std::string upgrade{};
  std::string connection{};
  std::string key{};
  std::string version{};
  std::string protocols{};
  principal_ptr who{};
  /// The text of `?since=`, where there is one.
  std::optional<std::string> since{};
};

/// Why a handshake is refused.
struct handshake_refusal {
  /// 400, or 426, whose answer carries `Sec-WebSocket-Version: 13` and `Upgrade: websocket`.
  int status{400};
  std::string detail{};
};

/// Tests the request against RFC 6455 section 4.2.1; nothing where it may go on.
std::optional<handshake_refusal> check_handshake(const upgrade_request& asked);

/// The value of `Sec-WebSocket-Accept` for a key.
std::string accept_key(const std::string& key);

/// The head of the 101 that makes a stream a WebSocket; `headers` are further lines of it, each
/// ended by CRLF.
std::string switching_protocols(const std::string& accept, std::string_view headers = {});

/// Writes the 101, makes a connection of the stream and attaches it to presence. The request has
/// passed `check_handshake`; `place` is not empty. Call on the shard's thread; never blocks.
void upgrade(shard& on, const live_services_ptr& with, departure from, census::place place,
             upgrade_request asked);

/// The same once the request has been read.
takeover_ptr make_upgrade(upgrade_request asked, census::place place);

}  // namespace carillon::live
