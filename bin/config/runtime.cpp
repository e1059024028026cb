#include "bin/config/runtime.hpp"

#include "bin/config/document.hpp"
#include "bin/config/keys.hpp"
#include "bin/config/section.hpp"
#include "bin/config/suggest.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>
#include <vector>

namespace carillon::configuration {

namespace {

constexpr std::array<std::string_view, 5> changeable{
  "log.level",
  "server.allowed_origins",
  "server.producer_limit_per_minute",
  "server.request_limit_per_minute",
  "server.shutdown_seconds",
};

constexpr std::string_view origins = "origins";

/// Its two parts.
std::pair<std::string, std::string> split_name(std::string_view name) {
  const auto dot = name.find('.');
  return {std::string{name.substr(0, dot)}, std::string{name.substr(dot + 1)}};
}

/// The value a key has, as a setting.
node value_of(config& how, std::string_view name) {
  const auto [section, key] = split_name(name);
  const auto specs = key_specs();
  const auto spec = std::ranges::find_if(specs, [&, &section = section, &key = key](auto& x) {
    return x.section == section && x.name == key;
  });
  return std::visit(
    [](const auto* x) {
      if constexpr (std::is_same_v<decltype(x), const std::vector<std::string>*>) {
        list items;
        for (const auto& text : *x)
          items.push_back(from_api(text));
        return from_api(std::move(items));
      } else {
        return from_api(*x);
      }
    },
    spec->field(how));
}

/// A value alone is kept as an object with one member, so that it is read as any other document.
std::string wrapped(node value) {
  return write_document(table{{"value", std::move(value)}});
}

/// What of it can be changed.
table without_unknown(table asked, std::vector<fault>& faults) {
  const std::vector<std::string> known(changeable.begin(), changeable.end());
  table out;
  for (auto& [section, members] : asked) {
    auto* keys = std::get_if<table>(&members.value);
    if (!keys) {
      faults.push_back({pointer_to({}, section), "must be an object of settings"});
      continue;
    }
    table kept;
    for (auto& [key, value] : *keys) {
      const auto name = section + '.' + key;
      if (std::ranges::find(changeable, name) != changeable.end())
        kept.emplace(key, std::move(value));
      else
        faults.push_back(
          {pointer_to(section, key), "cannot be changed at run time" + did_you_mean(name, known)});
    }
    out.emplace(section, from_api(std::move(kept)));
  }
  return out;
}

}  // namespace

std::span<const std::string_view> runtime_keys() {
  return changeable;
}

result<config> put_over(config how, const setting_overrides& what) {
  std::vector<fault> faults;
  table sections;
  for (const auto& [name, value] : what) {
    auto members = read_document(value);
    if (!members || std::ranges::find(changeable, name) == changeable.end()) {
      faults.push_back({name, "is no setting that can be changed at run time"});
      continue;
    }
    const auto [section, key] = split_name(name);
    auto& whole = sections.try_emplace(section, from_api(table{})).first->second;
    std::get<table>(whole.value).insert_or_assign(key, std::move(members->at("value")));
  }
  for (const auto& [name, members] : sections)
    read_section(name, members, how, faults);
  if (!faults.empty())
    return error{errc::invalid, "the settings are not valid", std::move(faults)};
  return how;
}

result<setting_overrides> read_settings(const config& file, std::string_view json) {
  auto asked = read_document(json);
  if (!asked)
    return asked.error();
  asked->erase(std::string{origins});
  std::vector<fault> faults;
  auto known = without_unknown(std::move(*asked), faults);
  setting_overrides out;
  auto below = file;
  for (auto& [section, members] : known)
    for (auto& [key, value] : std::get<table>(members.value)) {
      const auto name = section + '.' + key;
      auto text = wrapped(std::move(value));
      if (text != wrapped(value_of(below, name)))
        out.emplace(name, std::move(text));
    }
  if (auto tried = put_over(file, out); !tried)
    std::ranges::copy(tried.error().faults, std::back_inserter(faults));
  if (!faults.empty())
    return error{errc::invalid, "the settings are not valid", std::move(faults)};
  return out;
}

std::string settings_json(const config& running, const setting_overrides& what) {
  auto how = running;
  table shown;
  table from;
  for (const auto name : changeable) {
    const auto [section, key] = split_name(name);
    auto& whole = shown.try_emplace(section, from_api(table{})).first->second;
    std::get<table>(whole.value).emplace(key, value_of(how, name));
    from.emplace(name, from_api(what.contains(std::string{name}) ? "override" : "file"));
  }
  shown.emplace(origins, from_api(std::move(from)));
  return write_document(shown);
}

}  // namespace carillon::configuration
