#include "bin/config/sinks.hpp"

#include "bin/config/channels.hpp"
#include "protocol/sink.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace carillon::configuration {

namespace {

constexpr std::string_view sent_event = "notification.sent";
constexpr std::string_view dead_event = "notification.dead";
/// Known words whose queues this version does not speak to.
constexpr std::array<std::string_view, 2> later_types{"rabbitmq", "redis_stream"};

void read_events(section& keys, sink_settings& to) {
  const std::vector<std::string> all{std::string{sent_event}, std::string{dead_event}};
  const auto events = keys.texts("events").value_or(all);
  if (events.empty())
    keys.wrong("events", "names no event");
  for (const auto& event : events) {
    to.sent |= event == sent_event;
    to.dead |= event == dead_event;
    if (event != sent_event && event != dead_event)
      keys.wrong("events", "knows notification.sent and notification.dead, not " + event);
  }
}

/// Whether it is of the one type there is; says what is wrong where it is not.
bool is_webhook(section& keys) {
  const auto type = keys.text("type");
  if (!type) {
    if (!keys.find("type"))
      keys.wrong("type", "is missing: webhook is what there is");
    return false;
  }
  if (std::ranges::find(later_types, *type) != later_types.end())
    keys.wrong("type", *type + " is not available in this version; webhook is");
  else if (*type != "webhook")
    keys.wrong("type", "there is no sink type " + *type + "; webhook is one");
  return *type == "webhook";
}

sink_settings read_sink(const std::string& name, const node& from, std::vector<fault>& faults) {
  const auto written = typed(from);
  const auto path = "sinks." + name;
  section keys{written, path, faults};
  sink_settings to;
  if (!is_webhook(keys))
    return to;
  read_events(keys, to);
  if (keys.find("failover"))
    keys.wrong("failover", "is for channels: what a sink does not take is a dead letter");
  auto sender = written;
  auto& members = std::get<table>(sender.value);
  members.erase("events");
  members.erase("failover");
  const auto before = faults.size();
  to.channel = read_channel(name, sender, path, nullptr, faults);
  if (faults.size() == before && to.channel.keys["url"].empty())
    keys.wrong("url", "is missing");
  to.channel.name = std::string{sink_prefix} + name;
  return to;
}

}  // namespace

std::map<std::string, sink_settings> read_sinks(const node& from, std::vector<fault>& faults) {
  std::map<std::string, sink_settings> all;
  const auto written = typed(from);
  const auto* sections = std::get_if<table>(&written.value);
  if (!sections) {
    faults.push_back({from.place + ": sinks", "must be written as [sinks.NAME]"});
    return all;
  }
  for (const auto& [name, sink] : *sections)
    all[name] = read_sink(name, sink, faults);
  return all;
}

}  // namespace carillon::configuration
