// What a Socket.IO client sends and how it is followed.

#include "adapters/live/client_event.hpp"
#include "adapters/live/since.hpp"
#include "adapters/socketio/client.hpp"
#include "protocol/codec/live_events.hpp"
#include "protocol/codec/record.hpp"

#include <spdlog/spdlog.h>
#include <caf/send.hpp>

#include <array>
#include <exception>
#include <utility>
#include <variant>

namespace carillon::socketio {

namespace {

using codec::json_value;

constexpr std::array<std::string_view, 4> auth_members{"token", "since", "pid", "offset"};
constexpr std::array<std::string_view, 1> hello_members{"seq"};

/// What a CONNECT packet carries.
struct claim {
  std::string token;
  std::optional<std::string> since;
  std::string pid;
};

/// A string or a number; nothing for null and for what is not there.
std::optional<std::string> scalar_member(const json_value& of, std::string_view name) {
  const auto* found = of.find(name);
  if (found == nullptr || found->is == json_value::kind::null)
    return std::nullopt;
  return found->text;
}

/// What the server gave as `pid` once: anything else was never ours.
bool is_pid(std::string_view text) {
  constexpr std::string_view letters{
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"};
  return text.size() == 24 && text.find_first_not_of(letters) == text.npos;
}

/// The client's own word wins over what the request said; `since` over the offset that the client
/// library remembers.
result<claim> read_claim(std::string_view data, const introduction& from) {
  claim out{from.token, from.since, {}};
  if (data.empty())
    return out;
  const auto auth = codec::read_json(data, {.depth = 1, .names = auth_members});
  if (!auth)
    return auth.error();
  if (auto token = scalar_member(*auth, "token"); token && !token->empty())
    out.token = std::move(*token);
  constexpr std::string_view scheme{"Bearer "};
  if (out.token.starts_with(scheme))
    out.token.erase(0, scheme.size());
  const auto pid = scalar_member(*auth, "pid").value_or("");
  const auto offset = scalar_member(*auth, "offset");
  if (is_pid(pid) && offset) {
    out.pid = pid;
    out.since = offset;
  }
  if (auto since = scalar_member(*auth, "since"))
    out.since = std::move(since);
  return out;
}

std::string failure(const error& why) {
  const auto told = codec::error_event(why);
  return R"({"success":false,)" + told.data.substr(1);
}

/// The name of the event that answers a command, where one does.
std::string_view answer_to(command_kind kind) {
  switch (kind) {
    case command_kind::read:
      return "notification:read:ack";
    case command_kind::read_all:
      return "unread_count";
    default:
      return {};
  }
}

}  // namespace

void client::message(std::string_view text) {
  const auto packet = codec::read_socket_packet(text);
  using enum codec::socket_kind;
  if (!packet)
    return shut(close_code::protocol_error, "not a Socket.IO packet");
  if (packet->is == connect)
    return this->connect(*packet);
  if (packet->space != codec::default_space)
    return;  // of a namespace that was refused
  if (phase_ != phase::open)
    return packet->is == disconnect ? void() : shut(close_code::protocol_error, "not connected");
  switch (packet->is) {
    case event:
      return follow(*packet);
    case binary_event: {
      const error why{errc::invalid, "binary data is not taken"};
      tell(codec::error_event(why));
      return acknowledge(packet->ack, failure(why));
    }
    case disconnect:
      leave();
      phase_ = phase::left;
      place_ = {};
      return shard_.timers().arm(clock_, connect_limit);
    case ack:
    case binary_ack:
      return;  // no event of ours asks for one
    default:
      return shut(close_code::protocol_error, "a packet that only a server may send");
  }
}

// -- into the namespace -----------------------------------------------------------------------

void client::connect(const codec::socket_packet& what) {
  if (what.space != codec::default_space)
    return queue(codec::socket_refused(what.space, "Invalid namespace"));
  if (phase_ != phase::stranger)
    return shut(close_code::protocol_error, "connected already");
  auto asked = read_claim(what.data, introduction_);
  if (!asked)
    return refuse(asked.error());
  if (asked->token.empty())
    return refuse({errc::unauthorized, "a token is required"});
  auto who = with_->check(asked->token);
  if (!who)
    return refuse(who.error());
  auto place = live::census::enter(with_->live->connections);
  if (!place)
    return refuse({errc::busy, "too many live connections are open"});
  if (asked->since)
    since_ = live::read_since(*asked->since);
  pid_ = std::move(asked->pid);
  enter(std::move(*who), std::move(place));
}

void client::enter(principal_ptr who, live::census::place place) {
  who_ = std::move(who);
  place_ = std::move(place);
  stranger_.reset();
  is_user_.store(true, std::memory_order_relaxed);
  introduction_ = {};
  phase_ = phase::entering;
  caf::anon_send(with_->live->presence, attach{shared_from_this(), 0});
  clock_.cancel();
  if (who_->expires_at != timestamp::max())
    watch();
}

/// It may try again until its time to connect is over.
void client::refuse(const error& why) {
  queue(codec::socket_refused(codec::default_space, why.detail, codec::error_event(why).data));
}

// -- events -----------------------------------------------------------------------------------

void client::follow(const codec::socket_packet& what) {
  try {
    const auto event = live::read_client_arguments(what.data, who_->subject);
    if (!event) {
      tell(codec::error_event(event.error()));
      return acknowledge(what.ack, failure(event.error()));
    }
    if (const auto* asked = std::get_if<live::client_request>(&*event)) {
      command_ = command{asked->kind, what.ack, {}};
      const auto me = std::static_pointer_cast<client>(shared_from_this());
      caf::anon_send(session_, std::make_shared<const client_command>(
                                 client_command{me, asked->kind, asked->argument}));
      return;
    }
    if (std::holds_alternative<live::client_ping>(*event))
      tell({"pong", "{}"});
    acknowledge(what.ack, {});
  } catch (const std::exception& failure) {
    spdlog::error("live: a client's event failed: {}", failure.what());
    shut(close_code::internal_error, "the event could not be handled");
  }
}

void client::tell(const live_event& what) {
  if (command_ && what.name == "error")
    command_->outcome = R"({"success":false,)" + what.data.substr(1);
  else if (command_ && what.name == answer_to(command_->kind))
    command_->outcome = R"({"success":true,)" + what.data.substr(1);
  std::string offset;
  if (what.name == "hello")
    if (const auto hello = codec::read_json(what.data, {.depth = 1, .names = hello_members}))
      offset = scalar_member(*hello, "seq").value_or("");
  queue(codec::socket_event(what.name, what.data, offset));
}

void client::acknowledge(std::optional<std::uint64_t> id, std::string outcome) {
  if (id)
    queue(codec::socket_ack(*id, outcome.empty() ? R"({"success":true})" : outcome));
}

}  // namespace carillon::socketio
