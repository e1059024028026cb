#include "bin/reload.hpp"

#include "bin/config/keys.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <tuple>

namespace carillon {

namespace {

/// Sections and keys that a running node takes over.
constexpr std::string_view taken_over[] = {
  "auth.jwt_secret",
  "auth.jwt_public_key_file",
  "auth.issuer",
  "auth.audience",
  "log.level",
  "server.allowed_origins",
  "server.metrics_token",
  "server.producer_limit_per_minute",
  "server.request_limit_per_minute",
  "server.shutdown_seconds",
};

bool same_value(const configuration::target& a, const configuration::target& b) {
  return std::visit(
    [&](auto* x) {
      auto* y = std::get_if<decltype(x)>(&b);
      return y != nullptr && *x == **y;
    },
    a);
}

void take_value(const configuration::target& to, const configuration::target& from) {
  std::visit([&](auto* x) { *x = *std::get<decltype(x)>(from); }, to);
}

bool same_channel(const channel_settings& a, const channel_settings& b) {
  return a.type == b.type && a.enabled == b.enabled && a.rate == b.rate
         && a.concurrency == b.concurrency && a.timeout == b.timeout && a.max_age == b.max_age
         && a.retry == b.retry && a.failover == b.failover && a.keys == b.keys;
}

/// All but the condition, which is `when` in another form.
bool same_route(const route& a, const route& b) {
  const auto key = [](const route& x) {
    return std::tie(x.name, x.enabled, x.event, x.when, x.channels, x.to, x.addresses, x.priority,
                    x.delay, x.failover, x.repeat_after);
  };
  return key(a) == key(b);
}

std::optional<std::string> unknown_channel(const config& running, const route& of) {
  for (auto* names : {&of.channels, &of.failover})
    for (auto& name : *names)
      if (!running.channels.contains(name))
        return name;
  return std::nullopt;
}

void take_keys(reload_plan& plan, config& fresh) {
  for (auto& key : configuration::key_specs()) {
    if (!key.field || same_value(key.field(plan.next), key.field(fresh)))
      continue;
    auto name = std::string{key.section} + '.' + std::string{key.name};
    if (std::ranges::find(taken_over, name) == std::end(taken_over)) {
      plan.later.push_back(std::move(name));
    } else {
      take_value(key.field(plan.next), key.field(fresh));
      plan.changed.push_back(std::move(name));
    }
  }
}

void compare_channels(reload_plan& plan, const config& fresh) {
  auto& running = plan.next.channels;
  for (auto& [name, channel] : fresh.channels)
    if (auto old = running.find(name); old == running.end() || !same_channel(old->second, channel))
      plan.later.push_back("channels." + name);
  for (auto& [name, channel] : running)
    if (!fresh.channels.contains(name))
      plan.later.push_back("channels." + name);
}

}  // namespace

result<reload_plan> plan_reload(const config& running, config fresh) {
  for (auto& route : fresh.routes)
    if (auto name = unknown_channel(running, route))
      return error{errc::invalid,
                   "the configuration names a channel that does not run",
                   {{route.name, "the channel " + *name + " starts with the node"}}};
  reload_plan plan{running, {}, {}};
  take_keys(plan, fresh);
  if (plan.next.auth.service_tokens != fresh.auth.service_tokens) {
    plan.next.auth.service_tokens = std::move(fresh.auth.service_tokens);
    plan.changed.emplace_back("auth.service_tokens");
  }
  if (!std::ranges::equal(running.routes, fresh.routes, same_route)) {
    plan.next.routes = std::move(fresh.routes);
    plan.changed.emplace_back("routes");
  }
  compare_channels(plan, fresh);
  return plan;
}

}  // namespace carillon
