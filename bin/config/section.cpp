#include "bin/config/section.hpp"

#include "bin/config/files.hpp"
#include "bin/config/suggest.hpp"
#include "bin/config/toml.hpp"
#include "protocol/rules/durations.hpp"

#include <algorithm>
#include <sstream>

namespace carillon::configuration {

namespace {

const table nothing;

bool is_word_of(std::string_view choices, std::string_view word) {
  auto with_bars = '|' + std::string{choices} + '|';
  return with_bars.find('|' + std::string{word} + '|') != std::string::npos;
}

}  // namespace

std::string pointer_to(std::string_view path, std::string_view key) {
  std::string pointer;
  if (!path.empty()) {
    pointer.append("/").append(path);
    std::ranges::replace(pointer, '.', '/');
  }
  pointer += '/';
  for (char c : key)
    pointer += c == '~' ? "~0" : c == '/' ? "~1" : std::string{c};
  return pointer;
}

node typed(const node& x) {
  if (!x.raw())
    return x;
  auto value = parse_value(std::get<std::string>(x.value), x);
  return value ? std::move(*value) : x;
}

std::optional<std::vector<std::string>> as_texts(const node& x) {
  std::vector<std::string> out;
  if (auto* text = std::get_if<std::string>(&x.value)) {
    if (x.raw() && text->starts_with('['))
      return as_texts(typed(x));
    std::istringstream words{*text};
    for (std::string word; std::getline(words, word, x.raw() ? ',' : '\n');)
      out.push_back(word);
    return out;
  }
  if (auto* number = std::get_if<std::int64_t>(&x.value))
    return std::vector{std::to_string(*number)};
  auto* items = std::get_if<list>(&x.value);
  if (!items)
    return std::nullopt;
  for (auto& item : *items) {
    if (auto* text = std::get_if<std::string>(&item.value))
      out.push_back(*text);
    else if (auto* number = std::get_if<std::int64_t>(&item.value))
      out.push_back(std::to_string(*number));
    else
      return std::nullopt;
  }
  return out;
}

section::section(const node& from, std::string path, std::vector<fault>& faults)
    : from_(from),
      members_(std::get_if<table>(&from.value)),
      path_(std::move(path)),
      faults_(faults) {
  if (!members_) {
    members_ = &nothing;
    faults_.push_back(
      {from.origin == origin::api ? pointer_to({}, path_) : from.place + ": " + path_,
       "must be a table"});
  }
}

const node* section::find(std::string_view key) {
  known_.emplace_back(key);
  auto found = members_->find(std::string{key});
  return found == members_->end() ? nullptr : &found->second;
}

void section::wrong(std::string_view key, const std::string& what) {
  faults_.push_back({place_of(key), what});
}

std::string section::place_of(std::string_view key) const {
  if (from_.origin == origin::api)
    return pointer_to(path_, key);
  std::string name{key};
  if (!members_->contains(name) && members_->contains(name + "_file"))
    name += "_file";  // its content came from there
  const auto found = members_->find(name);
  const auto& place = found == members_->end() ? from_.place : found->second.place;
  return place + ": " + (path_.empty() ? "" : path_ + '.') + name;
}

std::optional<std::string> section::text(std::string_view key) {
  auto x = find(key);
  if (!x)
    return std::nullopt;
  if (auto* text = std::get_if<std::string>(&x->value))
    return *text;
  wrong(key, "must be text in quotes, not " + std::string{kind_of(*x)});
  return std::nullopt;
}

std::string section::read_file(std::string_view key, const std::string& name) {
  const auto found = content_of(name);
  auto content = found.value_or("");
  if (content.empty())
    wrong(key, "the file " + name + (found ? " is empty" : " cannot be read"));
  while (content.ends_with('\n') || content.ends_with('\r'))
    content.pop_back();
  return content;
}

std::optional<std::string> section::secret(std::string_view key) {
  auto file_key = std::string{key} + "_file";
  auto given = text(key);
  if (from_.origin == origin::api)
    return given;
  auto file = text(file_key);
  if (!file)
    return given;
  if (given) {
    wrong(file_key, "is set beside " + std::string{key} + "; set one of them");
    return given;
  }
  return read_file(file_key, *file);
}

std::optional<std::string> section::word(std::string_view key, std::string_view choices) {
  auto value = text(key);
  if (!value || is_word_of(choices, *value))
    return value;
  std::string all{choices};
  std::replace(all.begin(), all.end(), '|', ' ');
  wrong(key, "must be one of: " + all);
  return std::nullopt;
}

std::optional<std::int64_t> section::integer(std::string_view key, std::int64_t least,
                                             std::int64_t most) {
  auto found = find(key);
  if (!found)
    return std::nullopt;
  auto x = typed(*found);
  auto* value = std::get_if<std::int64_t>(&x.value);
  if (!value)
    wrong(key, "must be a whole number, not " + std::string{kind_of(x)});
  else if (*value < least || *value > most)
    wrong(key, "must be from " + std::to_string(least) + " to " + std::to_string(most));
  else
    return *value;
  return std::nullopt;
}

std::optional<bool> section::flag(std::string_view key) {
  auto found = find(key);
  if (!found)
    return std::nullopt;
  auto x = typed(*found);
  if (auto* value = std::get_if<bool>(&x.value))
    return *value;
  wrong(key, "must be true or false, not " + std::string{kind_of(x)});
  return std::nullopt;
}

std::optional<std::vector<std::string>> section::texts(std::string_view key) {
  auto found = find(key);
  if (!found)
    return std::nullopt;
  auto values = as_texts(*found);
  if (!values)
    wrong(key, "must be a list of texts, not " + std::string{kind_of(*found)});
  return values;
}

std::optional<milliseconds> section::duration(std::string_view key) {
  auto value = text(key);
  if (!value)
    return std::nullopt;
  if (auto parsed = rules::parse_duration(*value))
    return *parsed;
  wrong(key, "must be a time such as 30s, 10m or 24h");
  return std::nullopt;
}

void section::finish() {
  for (auto& [key, value] : *members_)
    if (std::find(known_.begin(), known_.end(), key) == known_.end())
      wrong(key, "is not a known key" + did_you_mean(key, known_));
}

}  // namespace carillon::configuration
