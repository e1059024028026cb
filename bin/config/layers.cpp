#include "bin/config/layers.hpp"

#include "bin/config/toml.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <sstream>

namespace carillon::configuration {

namespace {

constexpr std::string_view variable_prefix = "CARILLON_";

std::vector<std::string> split(std::string_view text, std::string_view separator) {
  std::vector<std::string> parts;
  for (;;) {
    auto end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos)
      return parts;
    text.remove_prefix(end + separator.size());
  }
}

/// Variables have no lower case and no hyphen, so names are compared without them.
bool same_name(std::string_view a, std::string_view b) {
  auto plain = [](unsigned char c) { return c == '-' ? '_' : std::tolower(c); };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](unsigned char x, unsigned char y) { return plain(x) == plain(y); });
}

/// A key and its `KEY_file` are one setting: the stronger layer's form replaces the weaker one's.
void forget_other_form(table& members, const std::string& key) {
  constexpr std::string_view suffix = "_file";
  members.erase(key + std::string{suffix});
  if (key.ends_with(suffix))
    members.erase(key.substr(0, key.size() - suffix.size()));
}

void overlay(table& onto, table from) {
  for (auto& [key, value] : from)
    forget_other_form(onto, key);
  for (auto& [key, value] : from) {
    auto [at, fresh] = onto.try_emplace(key);
    auto* below = std::get_if<table>(&at->second.value);
    auto* above = std::get_if<table>(&value.value);
    if (!fresh && below && above)
      overlay(*below, std::move(*above));
    else
      at->second = std::move(value);
  }
}

/// Puts one value at a path, making the tables on the way.
void put(table& root, const std::vector<std::string>& path, node value, bool any_case,
         std::vector<fault>& faults) {
  auto* members = &root;
  for (std::size_t i = 0; i < path.size(); ++i) {
    auto at = members->find(path[i]);
    if (at == members->end() && any_case)
      at = std::find_if(members->begin(), members->end(),
                        [&](auto& member) { return same_name(member.first, path[i]); });
    auto name = at == members->end() ? path[i] : at->first;
    if (i + 1 == path.size()) {
      forget_other_form(*members, name);
      (*members)[name] = std::move(value);
      return;
    }
    auto& next = (*members)[name];
    if (at == members->end())
      next = node{table{}, value.place, value.origin};
    members = std::get_if<table>(&next.value);
    if (!members) {
      faults.push_back({value.place, name + " is not a section"});
      return;
    }
  }
}

/// Replaces `${NAME}`; `$${` stands for `${`.
std::string substitute(const node& where, const std::string& text, const std::string& key,
                       const std::map<std::string, std::string>& environment,
                       std::vector<fault>& faults) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    if (text.compare(i, 3, "$${") == 0) {
      out += "${";
      i += 3;
      continue;
    }
    auto end = text.compare(i, 2, "${") == 0 ? text.find('}', i) : std::string::npos;
    if (end == std::string::npos) {
      out += text[i++];
      continue;
    }
    auto name = text.substr(i + 2, end - i - 2);
    if (auto found = environment.find(name); found != environment.end())
      out += found->second;
    else
      faults.push_back({where.place + ": " + key, "the variable " + name + " is not set"});
    i = end + 1;
  }
  return out;
}

void substitute_all(node& x, const std::string& key,
                    const std::map<std::string, std::string>& environment,
                    std::vector<fault>& faults) {
  if (auto* text = std::get_if<std::string>(&x.value)) {
    if (x.origin != origin::environment)
      *text = substitute(x, *text, key, environment, faults);
  } else if (auto* items = std::get_if<list>(&x.value)) {
    for (std::size_t i = 0; i < items->size(); ++i)
      substitute_all((*items)[i], key + '[' + std::to_string(i) + ']', environment, faults);
  } else if (auto* members = std::get_if<table>(&x.value)) {
    for (auto& [name, member] : *members)
      substitute_all(member, key.empty() ? name : key + '.' + name, environment, faults);
  }
}

void add_document(table& root, std::string_view text, const std::string& name, origin from,
                  std::vector<fault>& faults) {
  if (auto parsed = parse_document(text, name, from))
    overlay(root, std::move(std::get<table>(parsed->value)));
  else
    for (const auto why = parsed.error(); auto& fault : why.faults)
      faults.push_back(fault);
}

void add_file(table& root, const std::string& name, std::vector<fault>& faults) {
  std::ifstream in{name, std::ios::binary};
  std::ostringstream text;
  if (in && in.peek() != std::ifstream::traits_type::eof())
    text << in.rdbuf();
  if (!in)
    faults.push_back({name, "cannot be read"});
  else
    add_document(root, text.str(), name, origin::file, faults);
}

}  // namespace

node merge_layers(const sources& from, std::vector<fault>& faults) {
  table root;
  if (!from.base.empty())
    add_document(root, from.base, "built-in", origin::fallback, faults);
  if (from.file)
    add_file(root, *from.file, faults);
  for (auto& [name, value] : from.environment) {
    if (!name.starts_with(variable_prefix) || name.find("__") == std::string::npos)
      continue;
    auto path = name.substr(variable_prefix.size());
    std::transform(path.begin(), path.end(), path.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    put(root, split(path, "__"), {value, name, origin::environment}, true, faults);
  }
  for (auto& flag : from.flags) {
    auto equals = flag.find('=');
    if (equals == std::string::npos || equals == 0) {
      faults.push_back({"--set " + flag, "is not section.key=value"});
      continue;
    }
    auto path = flag.substr(0, equals);
    put(root, split(path, "."), {flag.substr(equals + 1), "--set", origin::flag}, false, faults);
  }
  node whole{std::move(root), from.file.value_or("defaults"), origin::file};
  substitute_all(whole, "", from.environment, faults);
  return whole;
}

}  // namespace carillon::configuration
