#include "bin/channel_book.hpp"

#include "adapters/channels/guarded.hpp"
#include "adapters/channels/registry.hpp"
#include "adapters/channels/sinks.hpp"
#include "bin/config/channels.hpp"
#include "bin/config/document.hpp"
#include "bin/config/masked_url.hpp"
#include "bin/config/suggest.hpp"
#include "protocol/sink.hpp"

#include <algorithm>
#include <utility>

namespace carillon {

namespace {

using configuration::table;

/// Members of what `GET` shows that are no settings: sent back, they are passed over.
constexpr std::string_view shown_only[] = {"name", "origin", "state", "detail"};

std::string place_of_secret(const std::string& channel, std::string_view key) {
  return "channels/" + channel + '/' + std::string{key};
}

bool is_web_address(std::string_view text) {
  return text.starts_with("http://") || text.starts_with("https://");
}

std::string* text_of(table& members, std::string_view key) {
  const auto found = members.find(std::string{key});
  return found == members.end() ? nullptr : std::get_if<std::string>(&found->second.value);
}

/// The type that these settings are for; null where there is no such type.
const channel_type* type_of(table& members, const channel_settings* below) {
  if (const auto* name = text_of(members, "type"))
    return find_channel_type(*name);
  return below ? find_channel_type(below->type) : nullptr;
}

error invalid(std::vector<fault> faults) {
  return {errc::invalid, "the channel's settings are not valid", std::move(faults)};
}

}  // namespace

std::string_view to_string(settings_origin x) {
  switch (x) {
    case settings_origin::file:
      return "file";
    case settings_origin::override_:
      return "override";
    case settings_origin::api:
      return "api";
  }
  return {};
}

std::string stored_text(const booked_channel& what) {
  return what.origin == settings_origin::file ? "" : configuration::write_document(what.stored);
}

result<channel_ptr> make_channel(const booked_channel& what) {
  auto made = what.settings.name.starts_with(sink_prefix)
                ? channels::make_webhook_sink(what.settings)
                : make_channel(what.settings);
  if (made && what.guarded)
    return guarded(std::move(*made));
  return made;
}

result<channel_book> channel_book::open(file_channels file,
                                        const std::vector<channel_record>& stored, rules with) {
  channel_book book;
  book.file_ = std::move(file);
  book.with_ = std::move(with);
  for (const auto& [name, settings] : book.file_)
    book.all_[name].settings = settings;
  std::vector<fault> faults;
  for (const auto& record : stored) {
    if (!record.settings.empty()) {
      auto members = configuration::read_document(record.settings);
      auto read = members ? book.read(record.name, std::move(*members))
                          : result<booked_channel>{members.error()};
      if (!read) {
        const auto why = read.error();
        if (why.faults.empty())
          faults.push_back({"channels." + record.name + " (set through the API)", why.detail});
        for (const auto& x : why.faults)
          faults.push_back(
            {"channels." + record.name + x.path + " (set through the API)", x.message});
        continue;
      }
      book.all_[record.name] = std::move(*read);
    }
    if (const auto found = book.all_.find(record.name); found != book.all_.end()) {
      found->second.paused_at = record.paused_at;
      found->second.broken_at = record.broken_at;
      found->second.broken_why = record.broken_why;
    }
  }
  for (auto& [name, channel] : book.all_)
    if (channel.origin != settings_origin::file)
      book.check_names(channel, faults);
  if (!faults.empty())
    return error{errc::invalid, "the configuration is not valid", std::move(faults)};
  return book;
}

result<channel_book> channel_book::over(file_channels file) const {
  std::vector<channel_record> stored;
  for (const auto& [name, x] : all_)
    stored.push_back({name,
                      x.stored.empty() ? "" : configuration::write_document(x.stored),
                      x.paused_at,
                      x.broken_at,
                      x.broken_why,
                      {}});
  return open(std::move(file), stored, with_);
}

const booked_channel* channel_book::find(const std::string& name) const {
  const auto found = all_.find(name);
  return found == all_.end() ? nullptr : &found->second;
}

channel_book::file_channels channel_book::settings() const {
  file_channels out;
  for (const auto& [name, channel] : all_)
    out.emplace(name, channel.settings);
  return out;
}

result<booked_channel> channel_book::read(const std::string& name, table stored) const {
  const auto known = file_.find(name);
  const auto* below = known == file_.end() ? nullptr : &known->second;
  booked_channel out;
  out.origin = below ? settings_origin::override_ : settings_origin::api;
  out.stored = stored;
  if (const auto* type = type_of(stored, below))
    for (const auto& key : type->keys) {
      auto* sealed = key.secret ? text_of(stored, key.name) : nullptr;
      if (!sealed || sealed->empty())
        continue;
      auto secret = with_.secrets ? with_.secrets->open(*sealed, place_of_secret(name, key.name))
                                  : std::nullopt;
      if (!secret)
        return error{errc::invalid,
                     "its " + std::string{key.name} + " cannot be decrypted: auth.master_key is "
                       + (with_.secrets ? "not the one it was stored with" : "not set")};
      *sealed = std::move(*secret);
    }
  std::vector<fault> faults;
  const configuration::node from{std::move(stored), {}, configuration::origin::api};
  out.settings = configuration::read_channel(name, from, {}, below, faults);
  if (faults.empty())
    check_addresses(out, faults);
  if (!faults.empty())
    return invalid(std::move(faults));
  return out;
}

void channel_book::check_names(booked_channel& what, std::vector<fault>& faults) const {
  const auto objection = [this](const std::string& name) -> std::string {
    return all_.contains(name) ? "" : "is not there";
  };
  what.settings.failover = codec::with_own_names(std::move(what.settings.failover), objection);
  std::vector<std::string> known;
  for (const auto& [name, channel] : all_)
    known.push_back(name);
  for (std::size_t i = 0; i < what.settings.failover.size(); ++i) {
    const auto& name = what.settings.failover[i];
    if (name == what.settings.name)
      faults.push_back({"/failover/" + std::to_string(i), "is the channel itself"});
    else if (!all_.contains(name))
      faults.push_back({"/failover/" + std::to_string(i),
                        "there is no channel " + name + configuration::did_you_mean(name, known)});
  }
}

void channel_book::check_addresses(booked_channel& what, std::vector<fault>& faults) const {
  const auto trusted = file_.find(what.settings.name);
  for (const auto& [key, value] : what.settings.keys) {
    if (!is_web_address(value) && key != "host")
      continue;
    if (trusted != file_.end()) {
      const auto same = trusted->second.keys.find(key);
      if (same != trusted->second.keys.end() && same->second == value)
        continue;
    }
    what.guarded = true;
    const auto url = key == "host" ? "https://" + value + '/' : value;
    if (auto why = with_.guard->objection(url))
      faults.push_back({configuration::pointer_to({}, key), *why});
  }
}

result<table> channel_book::seal(const std::string& name, table given) const {
  const auto known = file_.find(name);
  const auto* below = known == file_.end() ? nullptr : &known->second;
  const auto* type = type_of(given, below);
  if (!type)
    return given;
  std::vector<fault> faults;
  for (const auto& key : type->keys) {
    auto* value = text_of(given, key.name);
    if (!value || value->empty())
      continue;
    const std::string name_of_key{key.name};
    if (key.secret ? *value == configuration::mask : configuration::is_masked_url(*value)) {
      if (!unmask(name, *type, name_of_key, given))
        faults.push_back({configuration::pointer_to({}, key.name),
                          key.secret ? "is the mask of a secret, and none is stored"
                                     : "has the mask of a secret, and is not the URL as shown"});
    } else if (key.secret) {
      if (!with_.secrets)
        return error{errc::conflict,
                     "auth.master_key is not set: " + name_of_key + " cannot be stored"};
      *value = with_.secrets->seal(*value, place_of_secret(name, key.name));
    }
  }
  if (!faults.empty())
    return invalid(std::move(faults));
  return given;
}

bool channel_book::unmask(const std::string& name, const channel_type& type, const std::string& key,
                          table& given) const {
  const auto shown = *text_of(given, key);
  const auto is_of = [&](const channel_settings& x) {
    const auto plain = x.keys.find(key);
    return x.type == type.name && plain != x.keys.end()
           && (shown == configuration::mask || shown == configuration::masked_url(plain->second));
  };
  if (const auto* before = find(name); before && before->settings.type == type.name)
    if (const auto kept = before->stored.find(key); kept != before->stored.end()) {
      given[key] = kept->second;
      return is_of(before->settings);
    }
  given.erase(key);
  const auto known = file_.find(name);
  return known != file_.end() && is_of(known->second);
}

result<booked_channel> channel_book::propose(const std::string& name, std::string_view json) const {
  auto given = configuration::read_document(json);
  if (!given)
    return given.error();
  if (const auto* named = text_of(*given, "name"); named && *named != name)
    return invalid({{"/name", "is not the name in the path"}});
  for (const auto key : shown_only)
    given->erase(std::string{key});
  auto sealed = seal(name, std::move(*given));
  if (!sealed)
    return sealed.error();
  auto out = read(name, std::move(*sealed));
  if (!out)
    return out;
  std::vector<fault> faults;
  check_names(*out, faults);
  if (!faults.empty())
    return invalid(std::move(faults));
  if (const auto* before = find(name))
    out->paused_at = before->paused_at;
  return out;
}

std::optional<booked_channel> channel_book::without_override(const std::string& name) const {
  const auto known = file_.find(name);
  if (known == file_.end())
    return std::nullopt;
  booked_channel out;
  out.settings = known->second;
  if (const auto* before = find(name))
    out.paused_at = before->paused_at;
  return out;
}

void channel_book::put(booked_channel what) {
  auto name = what.settings.name;
  all_.insert_or_assign(std::move(name), std::move(what));
}

std::vector<std::string> channel_book::users_of(const std::string& name) const {
  std::vector<std::string> users;
  for (const auto& [other, channel] : all_)
    if (other != name
        && std::ranges::find(channel.settings.failover, name) != channel.settings.failover.end())
      users.push_back(other);
  return users;
}

}  // namespace carillon
