#include "bin/reload.hpp"

#include "bin/config/keys.hpp"

namespace carillon {

namespace {

bool same_value(const configuration::target& a, const configuration::target& b) {
  return std::visit(
    [&](auto* x) {
      auto* y = std::get_if<decltype(x)>(&b);
      return y != nullptr && *x == **y;
    },
    a);
}

bool same_channel(const channel_settings& a, const channel_settings& b) {
  return a.type == b.type && a.enabled == b.enabled && a.rate == b.rate
         && a.concurrency == b.concurrency && a.timeout == b.timeout && a.max_age == b.max_age
         && a.retry == b.retry && a.failover == b.failover && a.keys == b.keys;
}

std::optional<std::string> unknown_channel(const config& running, const route& of) {
  for (auto* names : {&of.channels, &of.failover})
    for (auto& name : *names)
      if (!running.channels.contains(name))
        return name;
  return std::nullopt;
}

bool same_tokens(const config& a, const config& b) {
  return std::equal(a.auth.service_tokens.begin(), a.auth.service_tokens.end(),
                    b.auth.service_tokens.begin(), b.auth.service_tokens.end(),
                    [](auto& x, auto& y) {
                      return x.name == y.name && x.token == y.token && x.scopes == y.scopes;
                    });
}

std::vector<std::string> takes_effect_later(config running, config fresh) {
  std::vector<std::string> later;
  for (auto& key : configuration::key_specs()) {
    const bool now = key.section == "log" && key.name == "level";
    if (key.field && !now && !same_value(key.field(running), key.field(fresh)))
      later.push_back(std::string{key.section} + '.' + std::string{key.name});
  }
  if (!same_tokens(running, fresh))
    later.emplace_back("auth.service_tokens");
  for (auto& [name, channel] : fresh.channels)
    if (auto old = running.channels.find(name);
        old == running.channels.end() || !same_channel(old->second, channel))
      later.push_back("channels." + name);
  for (auto& [name, channel] : running.channels)
    if (!fresh.channels.contains(name))
      later.push_back("channels." + name);
  return later;
}

}  // namespace

result<reload_plan> plan_reload(const config& running, config fresh) {
  for (auto& route : fresh.routes)
    if (auto name = unknown_channel(running, route))
      return error{errc::conflict,
                   route.name + " names the channel " + *name + ", which starts with the node"};
  reload_plan plan{running, takes_effect_later(running, fresh)};
  plan.next.routes = std::move(fresh.routes);
  plan.next.log.level = std::move(fresh.log.level);
  return plan;
}

}  // namespace carillon
