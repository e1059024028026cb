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
  const auto key = [](const channel_settings& x) {
    return std::tie(x.type, x.enabled, x.rate, x.concurrency, x.timeout, x.max_age, x.retry,
                    x.failover, x.circuit_failures, x.circuit_cooldown, x.keys);
  };
  return key(a) == key(b);
}

/// All but the condition, which is `when` in another form.
bool same_route(const route& a, const route& b) {
  const auto key = [](const route& x) {
    return std::tie(x.name, x.enabled, x.event, x.when, x.channels, x.to, x.addresses, x.priority,
                    x.delay, x.failover, x.repeat_after, x.template_code, x.audience_field,
                    x.throttle_count, x.throttle_per, x.digest);
  };
  return key(a) == key(b);
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

void take_channels(reload_plan& plan, config& fresh) {
  auto& running = plan.next.channels;
  for (auto& [name, channel] : fresh.channels)
    if (auto old = running.find(name); old == running.end() || !same_channel(old->second, channel))
      plan.changed.push_back("channels." + name);
  for (auto& [name, channel] : running)
    if (!fresh.channels.contains(name))
      plan.changed.push_back("channels." + name);
  running = std::move(fresh.channels);
}

/// Sinks are the store's: it reads them when it is opened.
void name_sinks(reload_plan& plan, const config& fresh) {
  const auto& running = plan.next.sinks;
  for (const auto& [name, sink] : fresh.sinks) {
    const auto old = running.find(name);
    if (old == running.end() || old->second.sent != sink.sent || old->second.dead != sink.dead
        || !same_channel(old->second.channel, sink.channel))
      plan.later.push_back("sinks." + name);
  }
  for (const auto& [name, sink] : running)
    if (!fresh.sinks.contains(name))
      plan.later.push_back("sinks." + name);
}

}  // namespace

reload_plan plan_reload(const config& running, config fresh) {
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
  take_channels(plan, fresh);
  name_sinks(plan, fresh);
  return plan;
}

}  // namespace carillon
