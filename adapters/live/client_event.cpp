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

result<client_event> follow(std::string_view name, const json_value& data) {
  if (name == "ping")
    return client_event{client_ping{}};
  if (name == "notification:read")
    return read_mark(data);
  if (name == "notification:read-all")
    return client_event{client_request{command_kind::read_all, {}}};
  if (name == "subscribe")
    return read_topics(command_kind::subscribe, data);
  if (name == "unsubscribe")
    return read_topics(command_kind::unsubscribe, data);
  return error{errc::invalid, "unknown event " + codec::cut(name, codec::max_id)};
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
  return follow(event->text, sent != nullptr ? *sent : json_value{});
}

result<client_event> read_client_arguments(std::string_view text, std::string_view user_id) {
  const auto list = codec::read_json(text, {.depth = 2, .names = data_members});
  if (!list)
    return list.error();
  if (list->is != json_value::kind::array || list->items.empty()
      || list->items.front().is != json_value::kind::string)
    return error{errc::malformed, "an event is a list that begins with its name"};
  const auto& name = list->items.front().text;
  const auto data = list->items.size() > 1 ? list->items[1] : json_value{};
  if (name != "subscribe" || data.is != json_value::kind::string)
    return follow(name, data);
  if (data.text != user_id)
    return error{errc::forbidden, "only one's own user id may be subscribed to"};
  return client_event{client_join{}};
}

}  // namespace carillon::live
