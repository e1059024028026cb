#include "bin/config/config.hpp"

#include "adapters/channels/registry.hpp"
#include "adapters/http/cors.hpp"
#include "adapters/transport/guard.hpp"
#include "bin/config/channels.hpp"
#include "bin/config/files.hpp"
#include "bin/config/keys.hpp"
#include "bin/config/routes.hpp"
#include "bin/config/suggest.hpp"
#include "bin/config/toml.hpp"
#include "bin/config/webhook_sources.hpp"
#include "bin/listen_address.hpp"
#include "bin/vault.hpp"
#include "protocol/rules/durations.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

namespace carillon {

namespace configuration {

namespace {

constexpr std::string_view own_sections[] = {"channels", "routes", "sinks", "sources"};

bool is_default(const node& x, const key_spec& spec) {
  auto fallback = parse_value(spec.fallback, x);
  if (!fallback)
    return false;
  auto& expected = fallback->value;
  if (std::holds_alternative<list>(expected)) {
    auto values = as_texts(x);
    return values && values->empty();
  }
  auto value = std::holds_alternative<std::string>(expected) ? x.value : typed(x).value;
  if (value.index() != expected.index())
    return false;
  if (auto* text = std::get_if<std::string>(&value))
    return *text == std::get<std::string>(expected);
  if (auto* number = std::get_if<std::int64_t>(&value))
    return *number == std::get<std::int64_t>(expected);
  return std::get<bool>(value) == std::get<bool>(expected);
}

/// Reads one key into its member, or leaves what is there.
void read_key(section& keys, const key_spec& spec, const target& to) {
  if (auto* text = std::get_if<std::string*>(&to)) {
    auto value = spec.secret            ? keys.secret(spec.name)
                 : spec.choices.empty() ? keys.text(spec.name)
                                        : keys.word(spec.name, spec.choices);
    if (value)
      **text = std::move(*value);
  } else if (auto* number = std::get_if<std::int64_t*>(&to)) {
    **number = keys.integer(spec.name, spec.least, spec.most).value_or(**number);
  } else if (auto* flag = std::get_if<bool*>(&to)) {
    **flag = keys.flag(spec.name).value_or(**flag);
  } else if (auto values = keys.texts(spec.name)) {
    *std::get<std::vector<std::string>*>(to) = std::move(*values);
  }
}

void read_later_key(section& keys, const key_spec& spec) {
  auto found = keys.find(spec.name);
  if (found && !is_default(*found, spec))
    keys.wrong(spec.name, "is not available in this version");
  auto file = std::string{spec.name} + "_file";
  if (spec.secret && keys.find(file))
    keys.wrong(file, "is not available in this version");
}

http::service_token read_service_token(const std::string& path, const node& from,
                                       std::vector<fault>& faults) {
  section keys{from, path, faults};
  http::service_token to;
  to.name = keys.text("name").value_or("");
  to.token = keys.secret("token").value_or("");
  to.scopes = keys.texts("scopes").value_or(std::vector<std::string>{"publish"});
  keys.finish();
  if (to.name.empty())
    keys.wrong("name", "is missing");
  if (to.token.empty())
    keys.wrong("token", "is missing");
  for (auto& scope : to.scopes)
    if (scope != "publish" && scope != "admin")
      keys.wrong("scopes", "knows publish and admin, not " + scope);
  return to;
}

void read_service_tokens(section& keys, config& to, std::vector<fault>& faults) {
  auto found = keys.find("service_tokens");
  if (!found)
    return;
  auto written = typed(*found);
  auto* items = std::get_if<list>(&written.value);
  if (!items)
    return keys.wrong("service_tokens", "must be written as [[auth.service_tokens]]");
  std::set<std::string> names;
  for (std::size_t i = 0; i < items->size(); ++i) {
    auto path = "auth.service_tokens[" + std::to_string(i) + ']';
    auto token = read_service_token(path, (*items)[i], faults);
    if (!token.name.empty() && !names.insert(token.name).second)
      faults.push_back({(*items)[i].place + ": " + path, "the name " + token.name + " is taken"});
    to.auth.service_tokens.push_back(std::move(token));
  }
}

}  // namespace

void read_section(std::string_view name, const node& from, config& to, std::vector<fault>& faults) {
  section keys{from, std::string{name}, faults};
  for (auto& spec : key_specs()) {
    if (spec.section != name)
      continue;
    if (spec.field)
      read_key(keys, spec, spec.field(to));
    else
      read_later_key(keys, spec);
  }
  if (name == "auth") {
    read_service_tokens(keys, to, faults);
    if (!to.auth.master_key.empty() && !parse_master_key(to.auth.master_key))
      keys.wrong("master_key", "must be 32 bytes in base64, such as openssl rand -base64 32 gives");
    if (!to.auth.jwt_secret.empty() && !to.auth.jwt_public_key_file.empty())
      keys.wrong("jwt_public_key_file", "is set beside jwt_secret; one algorithm is pinned");
  }
  if (name == "server" && to.server.tls_certificate.empty() != to.server.tls_key.empty())
    keys.wrong(to.server.tls_key.empty() ? "tls_certificate" : "tls_key",
               "tls_certificate and tls_key belong together");
  if (name == "server" && !parse_listen_address(to.server.listen))
    keys.wrong("listen", "must be HOST:PORT, such as 127.0.0.1:8000");
  if (name == "server")
    for (auto& origin : to.server.allowed_origins)
      if (!http::is_origin(origin))
        keys.wrong("allowed_origins", origin + " is not an origin such as https://app.example");
  if (name == "outbound")
    for (auto& range : to.outbound.allow_private)
      if (!parse_range(range))
        keys.wrong("allow_private", range + " is not a network such as 10.0.0.0/8");
  if (name == "storage" && to.storage.url.starts_with("mysql://"))
    keys.wrong("url", "mysql:// is not available in this version");
  else if (name == "storage" && !to.storage.url.starts_with("sqlite://")
           && !to.storage.url.starts_with("postgresql://")
           && !to.storage.url.starts_with("postgres://"))
    keys.wrong("url", "must be sqlite://FILE or postgresql://USER@HOST/DATABASE");
  keys.finish();
}

namespace {

void set_defaults(config& to) {
  std::vector<fault> none;
  for (auto& spec : key_specs()) {
    if (!spec.field)
      continue;
    node whole{table{}, "built-in", origin::fallback};
    auto value = parse_value(spec.fallback, whole);
    std::get<table>(whole.value).emplace(spec.name, std::move(*value));
    section keys{whole, std::string{spec.section}, none};
    read_key(keys, spec, spec.field(to));
  }
}

/// Where a key of a table was written, or the table where it was not.
const std::string& place_in(const node& from, const std::string& key) {
  const auto* members = std::get_if<table>(&from.value);
  if (members == nullptr)
    return from.place;
  const auto found = members->find(key);
  return found == members->end() ? from.place : found->second.place;
}

/// Everything that names a channel names one that is there, by our name for it.
void check_names(const node& whole, config& to, std::vector<fault>& faults) {
  const auto objection = unless_in(to.channels);
  std::vector<std::string> known;
  for (auto& [name, settings] : to.channels)
    known.push_back(name);
  auto check = [&](const std::string& place, const std::vector<std::string>& names) {
    for (auto& name : names)
      if (!to.channels.contains(name))
        faults.push_back({place, "there is no channel " + name + did_you_mean(name, known)});
  };
  auto& sections = std::get<table>(whole.value);
  for (auto& [name, settings] : to.channels) {
    if (settings.failover.empty())
      continue;
    settings.failover = codec::with_own_names(std::move(settings.failover), objection);
    const auto& written = std::get<table>(sections.at("channels").value).at(name);
    const auto place = place_in(written, "failover") + ": channels." + name + ".failover";
    check(place, settings.failover);
    if (std::ranges::find(settings.failover, name) != settings.failover.end())
      faults.push_back({place, name + " is the channel itself"});
  }
  for (std::size_t i = 0; i < to.routes.size(); ++i) {
    auto& written = sections.at("routes");
    auto* items = std::get_if<list>(&written.value);
    const auto& from = items ? (*items)[i] : written;
    auto& route = to.routes[i];
    const auto place = [&](const std::string& key) {
      return place_in(from, key) + ": " + route.name + '.' + key;
    };
    name_channels(route, objection);
    check(place("channels"), route.channels);
    check(place("failover"), route.failover);
    for (const auto& backup : route.failover)
      if (backs_itself(route, backup))
        faults.push_back({place("failover"), backup + " is one of its own channels"});
  }
}

/// Alerts need a channel that is there, an address where it takes one, and a time.
void check_alerts(const node& whole, config& to, std::vector<fault>& faults) {
  const auto& sections = std::get<table>(whole.value);
  const auto section = sections.find("alerts");
  const auto wrong = [&](const std::string& key, const std::string& why) {
    const auto place = section == sections.end() ? "built-in" : place_in(section->second, key);
    faults.push_back({place + ": alerts." + key, why});
  };
  if (const auto wait = rules::parse_duration(to.alerts.cooldown); !wait)
    wrong("cooldown", "must be a time such as 15m");
  auto& name = to.alerts.channel;
  if (name.empty())
    return;
  name = codec::own_name(std::move(name), unless_in(to.channels));
  const auto channel = to.channels.find(name);
  if (channel == to.channels.end())
    wrong("channel", "there is no channel " + name);
  else if (to.alerts.recipient.empty() && needs_address(channel->second)
           && fixed_addresses(channel->second).empty())
    wrong("recipient", "is missing: the channel " + name + " takes an address");
}

config read_whole(const node& whole, std::vector<fault>& faults) {
  config to;
  set_defaults(to);
  std::vector<std::string> known(std::begin(own_sections), std::end(own_sections));
  for (auto& spec : section_specs())
    known.emplace_back(spec.name);
  auto& sections = std::get<table>(whole.value);
  for (auto& [name, from] : sections) {
    if (std::find(known.begin(), known.end(), name) == known.end())
      faults.push_back(
        {from.place + ": " + name, "is not a known section" + did_you_mean(name, known)});
    else if (name == "routes")
      to.routes = read_routes(from, faults);
    else if (name == "sources")
      to.sources = read_sources(from, faults);
    else if (name == "sinks")
      to.sinks = read_sinks(from, faults);
    else if (name != "channels")
      read_section(name, from, to, faults);
  }
  auto channels = sections.find("channels");
  node none{table{}, "built-in", origin::fallback};
  to.channels = read_channels(channels == sections.end() ? none : channels->second, faults);
  check_names(whole, to, faults);
  check_alerts(whole, to, faults);
  return to;
}

}  // namespace

}  // namespace configuration

result<config> read_config(const configuration::sources& from) {
  std::vector<fault> faults;
  auto whole = configuration::merge_layers(from, faults);
  auto read = configuration::read_whole(whole, faults);
  if (from.serves)
    configuration::check_files(whole, read, faults);
  if (!faults.empty())
    return error{errc::invalid, "the configuration is not valid", std::move(faults)};
  return read;
}

configuration::sources find_sources(const std::string& file, std::vector<std::string> flags,
                                    std::map<std::string, std::string> environment,
                                    std::string base) {
  configuration::sources from;
  auto variable = environment.find("CARILLON_CONFIG");
  if (!file.empty())
    from.file = file;
  else if (variable != environment.end() && !variable->second.empty())
    from.file = variable->second;
  else if (base.empty() && std::filesystem::exists("carillon.toml"))
    from.file = "carillon.toml";
  from.base = std::move(base);
  from.flags = std::move(flags);
  from.environment = std::move(environment);
  return from;
}

}  // namespace carillon
