#include "bin/alerts.hpp"

#include "adapters/channels/registry.hpp"
#include "protocol/rules/durations.hpp"

namespace carillon {

namespace {

/// The route of alerts; they reach an inbox by user id, or else those who administrate.
route path_of_alerts(const config& how) {
  const auto& channel = how.alerts.channel;
  const auto& recipient = how.alerts.recipient;
  route path;
  path.name = "alerts";
  path.event = "carillon.alert";
  path.channels = {channel};
  if (how.channels.at(channel).type == "system")
    path.to = recipient.empty() ? audience{.role = "admin"} : audience{.user_id = recipient};
  else if (!recipient.empty())
    path.addresses = {recipient};
  return path;
}

}  // namespace

watchdog_setup make_alerts(const config& how) {
  watchdog_setup setup;
  setup.bounds = {
    .consecutive_failures = static_cast<int>(how.alerts.consecutive_failures),
    .dead_letters = how.alerts.dead_letters,
    .cooldown = rules::parse_duration(how.alerts.cooldown).value_or(setup.bounds.cooldown)};
  if (!how.alerts.channel.empty())
    setup.path = path_of_alerts(how);
  return setup;
}

}  // namespace carillon
