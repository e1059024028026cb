#include "bin/config/channels.hpp"

#include "adapters/channels/registry.hpp"
#include "bin/config/suggest.hpp"
#include "protocol/rules/backoff.hpp"
#include "protocol/rules/durations.hpp"

#include <algorithm>
#include <memory>

namespace carillon::configuration {

namespace {

bool valid_name(std::string_view name) {
  return !name.empty() && name.size() <= 64
         && std::all_of(name.begin(), name.end(),
                        [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '-'; });
}

const channel_type* read_type(section& keys, const channel_settings* below) {
  auto name = keys.text("type");
  if (!name && below)
    name = below->type;
  if (!name) {
    keys.wrong("type", "is missing: what kind of channel is it?");
    return nullptr;
  }
  if (auto* type = find_channel_type(*name))
    return type;
  std::vector<std::string> known;
  for (auto& type : channel_types())
    known.emplace_back(type.name);
  keys.wrong("type", "there is no channel type " + *name + did_you_mean(*name, known));
  return nullptr;
}

void read_rate(section& keys, channel_settings& to) {
  if (auto text = keys.text("rate")) {
    if (auto rate = rules::parse_rate(*text))
      to.rate = *rate;
    else
      keys.wrong("rate", "must be a count per time, such as 20/min or 5/s, or off");
  }
  if (auto burst = keys.integer("burst", 0, 1'000'000)) {
    if (to.rate && *burst > to.rate->count)
      keys.wrong("burst", "must not be more than the rate lets through at all");
    else if (to.rate)
      to.rate->burst = static_cast<int>(*burst);
    else if (*burst > 0)
      keys.wrong("burst", "means nothing without a rate");
  }
}

void read_exponential(section& keys, retry_policy& to) {
  auto backoff = keys.word("backoff", "exponential");
  auto base = keys.duration("base");
  auto cap = keys.duration("cap");
  auto jitter = keys.word("jitter", "full|none");
  if (!backoff)
    return;
  to.schedule.clear();
  to.base = base.value_or(std::chrono::seconds{1});
  to.cap = cap.value_or(std::chrono::minutes{10});
  to.full_jitter = jitter.value_or("full") == "full";
  to.max_attempts = 5;
  if (to.base.count() <= 0 || to.cap < to.base)
    keys.wrong("cap", "must be at least the base, and the base more than nothing");
}

void read_schedule(section& keys, std::string_view key, const std::string& text, retry_policy& to) {
  if (auto policy = rules::parse_schedule(text))
    to = *policy;
  else
    keys.wrong(key, "must be waits such as 10s,30s,120s or one of admin, exponential, minutes");
}

void read_retry(section& keys, const std::string& path, channel_settings& to,
                std::vector<fault>& faults) {
  auto found = keys.find("retry");
  if (!found)
    return;
  auto text = std::get_if<std::string>(&found->value);
  if (text && !(found->raw() && text->starts_with('{')))
    return read_schedule(keys, "retry", *text, to.retry);
  auto written = typed(*found);
  section policy{written, path.empty() ? "retry" : path + ".retry", faults};
  if (auto schedule = policy.text("schedule"))
    read_schedule(policy, "schedule", *schedule, to.retry);
  read_exponential(policy, to.retry);
  if (auto attempts = policy.integer("max_attempts", 1, 1000))
    to.retry.max_attempts = static_cast<int>(*attempts);
  policy.finish();
}

void read_span(section& keys, std::string_view key, milliseconds& to) {
  const auto given = keys.duration(key);
  if (given && given->count() == 0)
    keys.wrong(key, "must be more than 0s");
  else
    to = given.value_or(to);
}

/// Reads what every channel has.
void read_common(section& keys, const std::string& path, channel_settings& to,
                 std::vector<fault>& faults) {
  to.enabled = keys.flag("enabled").value_or(to.enabled);
  read_rate(keys, to);
  if (auto n = keys.integer("concurrency", 1, 1000))
    to.concurrency = static_cast<int>(*n);
  if (auto n = keys.integer("timeout_seconds", 1, 3600))
    to.timeout = std::chrono::seconds{*n};
  read_span(keys, "max_age", to.max_age);
  read_retry(keys, path, to, faults);
  if (auto names = keys.texts("failover"))
    to.failover = std::move(*names);
  if (auto n = keys.integer("circuit_failures", 1, 1'000'000))
    to.circuit_failures = static_cast<int>(*n);
  read_span(keys, "circuit_cooldown", to.circuit_cooldown);
}

/// Reads what only this type has, as text; a list has an element a line.
void read_own(section& keys, const channel_type& type, channel_settings& to) {
  for (auto& key : type.keys) {
    std::optional<std::string> value;
    if (key.secret) {
      value = keys.secret(key.name);
    } else if (auto lines = keys.texts(key.name)) {
      value.emplace();
      for (auto& line : *lines)
        value->append(value->empty() ? "" : "\n").append(line);
    }
    if (value)
      to.keys[std::string{key.name}] = std::move(*value);
    else if (key.required && !to.keys.contains(std::string{key.name}))
      keys.wrong(key.name, "is missing");
  }
}

/// Where nothing is said: what is below, or else the type's own.
channel_settings start_from(const channel_type& type, const channel_settings* below) {
  auto to = below && below->type == type.name ? *below : type.defaults;
  if (to.retry == retry_policy{})
    to.retry = *rules::find_preset("admin");
  return to;
}

/// Whether limits of its scopes stand in place of the type's own rate.
bool is_scoped(const channel_type& type, const channel_settings& x) {
  const auto found = x.keys.find(std::string{type.scoped_key});
  return x.type == type.name && found != x.keys.end() && !found->second.empty();
}

/// The type's own rate holds for the whole channel but where it is scoped; one that the operator
/// gives is read after this.
void settle_rate(const channel_type& type, const channel_settings* below, channel_settings& to) {
  const bool was = below != nullptr && is_scoped(type, *below);
  const bool is = is_scoped(type, to);
  if (is && !was && to.rate == type.defaults.rate)
    to.rate.reset();
  else if (was && !is && !to.rate)
    to.rate = type.defaults.rate;
}

/// Tries what was read: a channel says itself what it cannot be made from.
void try_out(const channel_settings& what, section& keys) {
  auto made = make_channel(what);
  if (made)
    return;
  const auto why = made.error();
  if (why.faults.empty())
    keys.wrong("type", why.detail);
  for (auto& fault : why.faults)
    keys.wrong(fault.path.starts_with('/') ? fault.path.substr(1) : fault.path, fault.message);
}

}  // namespace

channel_settings read_channel(const std::string& name, const node& from, const std::string& path,
                              const channel_settings* below, std::vector<fault>& faults) {
  auto before = faults.size();
  section keys{from, path, faults};
  channel_settings to;
  if (!valid_name(name))
    keys.wrong("type", "a channel's name is 1 to 64 letters, digits, _ and -");
  auto type = faults.size() == before ? read_type(keys, below) : nullptr;
  if (!type)
    return to;
  to = start_from(*type, below);
  to.name = name;
  to.type = type->name;
  read_own(keys, *type, to);
  settle_rate(*type, below, to);
  read_common(keys, path, to, faults);
  keys.finish();
  if (faults.size() == before)
    try_out(to, keys);
  return to;
}

std::map<std::string, channel_settings> read_channels(const node& from,
                                                      std::vector<fault>& faults) {
  std::map<std::string, channel_settings> channels;
  if (auto* members = std::get_if<table>(&from.value))
    for (auto& [name, channel] : *members)
      channels[name] = read_channel(name, channel, "channels." + name, nullptr, faults);
  else
    faults.push_back({from.place + ": channels", "must be a table of channels"});
  if (auto system = find_channel_type("system"); system && !channels.contains("system")) {
    auto& inbox = channels["system"] = system->defaults;
    inbox.name = inbox.type = "system";
  }
  return channels;
}

codec::text_check unless_in(const std::map<std::string, channel_settings>& channels) {
  return [&channels](const std::string& name) -> std::string {
    return channels.contains(name) ? "" : "is not a configured channel";
  };
}

}  // namespace carillon::configuration
