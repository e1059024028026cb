#include "bin/config/toml.hpp"

#include <toml++/toml.h>

#include <sstream>

namespace carillon::configuration {

namespace {

std::string place_of(const std::string& name, const toml::source_region& where) {
  return where.begin.line > 0 ? name + ':' + std::to_string(where.begin.line) : name;
}

node convert(const toml::node& from, const std::string& name, origin by) {
  node to{{}, place_of(name, from.source()), by};
  if (auto* text = from.as_string()) {
    to.value = text->get();
  } else if (auto* integer = from.as_integer()) {
    to.value = integer->get();
  } else if (auto* real = from.as_floating_point()) {
    to.value = real->get();
  } else if (auto* flag = from.as_boolean()) {
    to.value = flag->get();
  } else if (auto* array = from.as_array()) {
    list items;
    for (auto& item : *array)
      items.push_back(convert(item, name, by));
    to.value = std::move(items);
  } else if (auto* entries = from.as_table()) {
    table members;
    for (auto&& [key, value] : *entries) {
      auto& member = members.emplace(key.str(), convert(value, name, by)).first->second;
      member.place = place_of(name, key.source());
    }
    to.value = std::move(members);
  } else {
    std::ostringstream text;  // a date or a time: no key takes one, and its text says so best
    from.visit([&](auto& x) {
      if constexpr (toml::is_chronological<decltype(x)>)
        text << x;
    });
    to.value = std::move(text).str();
  }
  return to;
}

}  // namespace

result<node> parse_document(std::string_view text, const std::string& name, origin from) {
  try {
    auto parsed = toml::parse(text, name);
    return convert(parsed, name, from);
  } catch (const toml::parse_error& e) {
    return error{errc::malformed,
                 "the configuration is not TOML",
                 {{place_of(name, e.source()), std::string{e.description()}}}};
  }
}

result<node> parse_value(std::string_view text, const node& like) {
  auto document = parse_document("value = " + std::string{text}, like.place, origin::file);
  if (!document)
    return error{errc::malformed, "not a TOML value", {{like.place, "not a TOML value"}}};
  auto& members = std::get<table>(document->value);
  auto found = members.find("value");
  if (found == members.end() || members.size() != 1)
    return error{errc::malformed, "not a TOML value", {{like.place, "not a TOML value"}}};
  auto value = std::move(found->second);
  value.place = like.place;
  return value;
}

std::string_view kind_of(const node& x) {
  static constexpr std::string_view names[] = {"text",          "a whole number", "a number",
                                               "true or false", "a list",         "a table"};
  return names[x.value.index()];
}

}  // namespace carillon::configuration
