#include "adapters/live/client_event.hpp"

#include "protocol/codec/fields.hpp"
#include "protocol/codec/record.hpp"
#include "protocol/codec/text.hpp"

#include <array>
#include <utility>

namespace carillon::live {
namespace {

using codec::json_value;

constexpr std::array<std::string_view, 2> envelope_members{"event", "data"};
constexpr std::array<std::string_view, 2> data_members{"notificationId", "topics"};

const json_value* string_member(const json_value& of, std::string_view name) {
  const auto* found = of.find(name);
  return found != nullptr && found->is == json_value::kind::string ? found : nullptr;
}

result<client_event> read_mark(const json_value& data) {
  const auto* id = string_member(data, "notificationId");
  if (id == nullptr || id->text.empty() || id->text.size() > codec::max_id)
    return error{errc::invalid, "data.notificationId must be the id of a notification"};
  return client_event{client_request{command_kind::read, id->text}};
}

/// `presence` is the only topic there is, so a list of topics is one command.
result<client_event> read_topics(command_kind kind, const json_value& data) {
  const auto* topics = data.find("topics");
  if (topics == nullptr || topics->is != json_value::kind::array || topics->items.empty())
    return error{errc::invalid, "data.topics must be a list of topics"};
  for (const auto& each : topics->items)
    if (each.is != json_value::kind::string || each.text != "presence")
      return error{errc::invalid, "the only topic is \"presence\""};
  return client_event{client_request{kind, "presence"}};
}

}  // namespace

result<client_event> read_client_event(std::string_view text) {
  const auto message =
    codec::read_json(text, {.depth = 2, .names = data_members, .outer = envelope_members});
  if (!message)
    return message.error();
  const auto* event = string_member(*message, "event");
  if (event == nullptr)
    return error{errc::malformed, "a message is an object with the text member \"event\""};
  const auto* sent = message->find("data");
  const json_value none;
  const auto& data = sent != nullptr ? *sent : none;
  if (event->text == "ping")
    return client_event{client_ping{}};
  if (event->text == "notification:read")
    return read_mark(data);
  if (event->text == "notification:read-all")
    return client_event{client_request{command_kind::read_all, {}}};
  if (event->text == "subscribe")
    return read_topics(command_kind::subscribe, data);
  if (event->text == "unsubscribe")
    return read_topics(command_kind::unsubscribe, data);
  return error{errc::invalid, "unknown event " + codec::cut(event->text, codec::max_id)};
}

}  // namespace carillon::live
