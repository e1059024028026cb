#include "protocol/rules/addressing.hpp"

#include "protocol/codec/text.hpp"
#include "protocol/rules/preferences.hpp"
#include "protocol/rules/quiet.hpp"
#include "protocol/words.hpp"

#include <algorithm>
#include <utility>

namespace carillon::rules {

namespace {

constexpr std::string_view inbox = "system";
constexpr std::string_view webhook = "webhook";
/// Stands in for any channel: it needs no address and shows the one that would have been used.
constexpr std::string_view log = "log";

constexpr words<5> kind_words{"nobody", "group", "user", "text", "address"};

}  // namespace

std::string_view to_string(target::kind x) {
  return word_of(kind_words, x);
}

std::optional<target::kind> parse_target_kind(std::string_view text) {
  return value_of<target::kind>(kind_words, text);
}

bool is_url(std::string_view text) {
  return text.starts_with("https://") || text.starts_with("http://");
}

bool may_be_user(std::string_view text) {
  return !text.empty() && text.size() <= 128 && !is_url(text) && !codec::has_control(text);
}

bool has_channel(const catalog& what, const std::string& channel) {
  return channel == inbox || what.channels.contains(channel);
}

const channel_entry* addressing::find(const std::string& channel) const {
  const auto found = catalog_.channels.find(channel);
  return found == catalog_.channels.end() ? nullptr : &found->second;
}

bool addressing::is_inbox(const std::string& channel) const {
  const auto* entry = find(channel);
  return channel == inbox || (entry != nullptr && entry->settings.type == inbox);
}

std::vector<std::string> addressing::chain(const std::string& channel,
                                           const std::vector<std::string>& failover) const {
  std::vector<std::string> steps{channel};
  const auto add = [&](const std::vector<std::string>& names) {
    for (const auto& name : names) {
      const auto* entry = find(name);
      const bool usable = entry != nullptr && entry->settings.enabled && !is_inbox(name);
      if (usable && std::ranges::find(steps, name) == steps.end())
        steps.push_back(name);
    }
  };
  if (!failover.empty()) {
    add(failover);
  } else {
    // The channel's own backups, then the backups' own: each channel once, so there is no circle.
    for (std::size_t i = 0; i < steps.size(); ++i)
      if (const auto* entry = find(steps[i]))
        add(std::vector{entry->settings.failover});
  }
  steps.erase(steps.begin());
  return steps;
}

bool addressing::asks_facts(const std::string& channel) const {
  return find(channel) != nullptr && !is_inbox(channel);
}

bool addressing::lacks_address(const std::string& channel, const target& who) const {
  const auto found = address_on(channel, who);
  if (!found.why_not.empty())
    return found.why_not == "no_recipient" || found.why_not == "no_address";
  const auto is_address = find(channel)->is_address;
  return is_address != nullptr && found.recipient == who.text && !is_address(found.recipient);
}

std::vector<target> addressing::expanded(const std::string& channel,
                                         std::vector<target> who) const {
  const auto* entry = find(channel);
  if (entry == nullptr || entry->addresses.empty())
    return who;
  const auto lacking =
    std::ranges::stable_partition(who, [&](const target& x) { return !lacks_address(channel, x); });
  if (lacking.empty())
    return who;
  who.erase(lacking.begin(), lacking.end());
  for (const auto& address : entry->addresses)
    if (std::ranges::find(who, address, &target::text) == who.end())
      who.push_back({target::kind::address, address});
  return who;
}

reach addressing::reach_on(const std::string& channel, const target& who,
                           const message& what) const {
  auto out = address_on(channel, who);
  const auto stored = known_.find(out.user_id);
  if (!out.why_not.empty() || stored == known_.end() || !stored->second.preferences)
    return out;
  const auto& wanted = *stored->second.preferences;
  if (switched_off(wanted, what.type, what.source, channel)) {
    out.why_not = "preference";
  } else if (wanted.do_not_disturb && what.priority != priority::urgent) {
    if (const auto free = quiet_until(*wanted.do_not_disturb, what.due_at))
      out.not_before = *free;
    else
      out.why_not = "do_not_disturb";
  }
  return out;
}

reach addressing::address_on(const std::string& channel, const target& who) const {
  const auto* entry = find(channel);
  if (entry == nullptr)
    return {.why_not = "unknown_channel"};
  const bool named = who.is == target::kind::user || who.is == target::kind::text;
  const bool to_url = entry->settings.type == webhook && is_url(who.text);
  const auto stored = named ? known_.find(who.text) : known_.end();
  const bool known = stored != known_.end() && stored->second.listed;
  reach out;
  if (stored != known_.end() || who.is == target::kind::user)
    out.user_id = who.text;
  if (!entry->settings.enabled) {
    out.why_not = "channel_disabled";
  } else if (to_url && who.is != target::kind::user) {
    out.recipient = who.text;
  } else if (!entry->needs_address) {
    if (who.is == target::kind::text && may_be_user(who.text))
      out.user_id = who.text;
    const bool to_log = entry->settings.type == log;
    if (known && (to_log || entry->settings.type == webhook)) {
      if (const auto own = stored->second.addresses.find(channel);
          own != stored->second.addresses.end() && (to_log || is_url(own->second)))
        out.recipient = own->second;
    } else if (to_log && (who.is == target::kind::address || who.is == target::kind::text)) {
      out.recipient = who.text;
    }
  } else if (who.is == target::kind::nobody) {
    out.why_not = "no_recipient";
  } else if (known) {
    const auto address = stored->second.addresses.find(channel);
    if (address == stored->second.addresses.end() || address->second.empty())
      out.why_not = "no_address";
    else
      out.recipient = address->second;
  } else if (who.is == target::kind::group || who.is == target::kind::user
             || entry->settings.type == webhook) {
    out.why_not = "no_address";
  } else {
    out.recipient = who.text;
  }
  return out;
}

std::shared_ptr<delivery> addressing::deliver(const std::string& channel, const target& who,
                                              reach where, const std::vector<std::string>& failover,
                                              const message& what) const {
  auto out = std::make_shared<delivery>();
  out->event = what.event;
  out->notification = what.notification;
  out->channel = channel;
  out->recipient = std::move(where.recipient);
  out->user_id = std::move(where.user_id);
  out->priority = what.priority;
  out->due_at = std::max(what.due_at, where.not_before);
  out->trace_id = what.trace_id;
  out->content = what.content;
  out->created_at = what.now;
  out->reason = std::move(where.why_not);
  if (const auto* entry = find(channel)) {
    out->max_attempts = entry->settings.retry.max_attempts;
    out->expires_at = std::min(out->due_at + entry->settings.max_age, what.expires_at);
  }
  if (out->reason.empty() && what.expires_at <= out->due_at)
    out->reason = "expired";
  if (!out->reason.empty()) {
    out->status = what.refused ? delivery_status::failed : delivery_status::skipped;
    return out;
  }
  for (const auto& name : chain(channel, failover)) {
    const auto& settings = find(name)->settings;
    if (auto next = reach_on(name, expanded(name, {who}).front(), what); next.why_not.empty())
      out->failover.push_back({.channel = name,
                               .recipient = std::move(next.recipient),
                               .max_attempts = settings.retry.max_attempts,
                               .max_age = settings.max_age,
                               .until = what.expires_at});
  }
  return out;
}

}  // namespace carillon::rules
