#include "adapters/live/upgrade.hpp"

#include "adapters/live/since.hpp"
#include "adapters/live/websocket.hpp"

#include <openssl/evp.h>
#include <boost/beast/http/rfc7230.hpp>
#include <caf/send.hpp>

#include <array>
#include <string_view>
#include <utility>

namespace carillon::live {
namespace {

constexpr std::string_view subprotocol = "carillon.v1";

bool lists(const std::string& header, std::string_view token) {
  return boost::beast::http::token_list{header}.exists(token);
}

/// Subprotocols are case-sensitive.
bool offers(const std::string& protocols) {
  for (const auto& each : boost::beast::http::token_list{protocols})
    if (std::string_view{each.data(), each.size()} == subprotocol)
      return true;
  return false;
}

/// 16 bytes in base64.
bool is_key(const std::string& key) {
  std::array<unsigned char, 24> bytes;
  return key.size() == 24 && key.ends_with("==") && key[21] != '='
         && EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(key.data()),
                            static_cast<int>(key.size()))
              == 18;
}

class upgrade_takeover final : public takeover {
 public:
  upgrade_takeover(upgrade_request asked, census::place place)
      : asked_(std::move(asked)), place_(std::move(place)) {}

  void carry_out(shard& on, const live_services_ptr& with, departure what) override {
    upgrade(on, with, std::move(what), std::move(place_), std::move(asked_));
  }

 private:
  upgrade_request asked_;
  census::place place_;
};

/// An upgrade whose answer waits for storage.
struct waiting_upgrade {
  shard& on;
  live_services_ptr with;
  departure from;  ///< but its stream and its seat
  connection_parts parts;
  std::string accept;
};

std::string greeting(const std::string& accept, frame_format format, bool resume_failed) {
  std::string headers;
  if (format == frame_format::envelope)
    headers += "Sec-WebSocket-Protocol: " + std::string{subprotocol} + "\r\n";
  if (resume_failed)
    headers += "Carillon-Resume: failed\r\n";
  return switching_protocols(accept, headers);
}

void open(waiting_upgrade what, bool resume_failed) {
  auto& parts = what.parts;
  if (resume_failed)
    parts.since.reset();
  websocket_opening opening{greeting(what.accept, parts.format, resume_failed),
                            std::move(what.from.leftover)};
  what.from.answered(101);
  std::make_shared<websocket>(what.on, std::move(what.with), std::move(parts), std::move(opening))
    ->begin();
}

/// Goes on once it is known what storage holds.
void settle(waiting_upgrade what, const result<inbox_state>& state) {
  if (!state)
    return what.from.refused(std::move(what.parts.over), std::move(what.parts.seat), state.error());
  const auto since = *what.parts.since;
  open(std::move(what), since > state->head || since < state->floor);
}

/// A plain client learns from the 101 whether it can resume.
void ask_first(waiting_upgrade what) {
  const auto queries = what.with->queries;
  auto waiting = std::make_shared<waiting_upgrade>(std::move(what));
  auto asked = std::make_shared<query>();
  asked->what = read_state{answer<inbox_state>{[waiting](result<inbox_state> state) mutable {
    // The stream must not end on a foreign thread, so nothing of it stays here.
    auto& on = waiting->on;
    on.post([waiting = std::move(waiting), state = std::move(state)] {
      settle(std::move(*waiting), state);
    });
  }}};
  caf::anon_send(queries, query_ptr{std::move(asked)});
}

}  // namespace

std::optional<handshake_refusal> check_handshake(const upgrade_request& asked) {
  const auto bad = [](std::string why) { return handshake_refusal{400, std::move(why)}; };
  if (!asked.get || !asked.http_11)
    return bad("a WebSocket is opened by a GET of HTTP/1.1");
  if (!lists(asked.upgrade, "websocket") || !lists(asked.connection, "upgrade"))
    return bad("the headers Upgrade: websocket and Connection: Upgrade are needed");
  if (asked.version != "13")
    return handshake_refusal{426, "only version 13 of the WebSocket protocol is spoken"};
  if (!is_key(asked.key))
    return bad("Sec-WebSocket-Key must be 16 bytes in base64");
  return std::nullopt;
}

std::string accept_key(const std::string& key) {
  const auto text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
  std::array<unsigned char, 32> encoded;
  const auto length = EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(size));
  return {encoded.begin(), encoded.begin() + length};
}

std::string switching_protocols(const std::string& accept, std::string_view headers) {
  std::string text{
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: "};
  text.append(accept).append("\r\n").append(headers);
  return text += "\r\n";
}

void upgrade(shard& on, const live_services_ptr& with, departure from, census::place place,
             upgrade_request asked) {
  waiting_upgrade what{on, with, std::move(from), {}, accept_key(asked.key)};
  auto& parts = what.parts;
  parts.over = std::move(what.from.over);
  parts.seat = std::move(what.from.seat);
  parts.place = std::move(place);
  parts.who = std::move(asked.who);
  parts.format = offers(asked.protocols) ? frame_format::envelope : frame_format::plain;
  if (!asked.since)
    return open(std::move(what), false);
  if (parts.format == frame_format::envelope) {
    parts.since = read_since(*asked.since);
    return open(std::move(what), false);
  }
  parts.since = parse_seq(*asked.since);
  if (!parts.since)
    return open(std::move(what), true);
  ask_first(std::move(what));
}

takeover_ptr make_upgrade(upgrade_request asked, census::place place) {
  return std::make_unique<upgrade_takeover>(std::move(asked), std::move(place));
}

}  // namespace carillon::live
