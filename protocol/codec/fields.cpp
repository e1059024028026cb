#include "protocol/codec/fields.hpp"

#include "protocol/codec/members.hpp"
#include "protocol/codec/text.hpp"
#include "protocol/codec/time.hpp"

#include <algorithm>
#include <utility>

namespace carillon::codec {

namespace {

using kind = json_value::kind;

std::string range(std::size_t least, std::size_t most, std::string_view unit) {
  std::string out =
    least == 0 ? "must have at most " : "must have " + std::to_string(least) + " to ";
  out += std::to_string(most);
  out += ' ';
  out += unit;
  return out;
}

/// A name as JSON Pointer writes it (RFC 6901 section 3).
std::string pointer_token(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == '~')
      out += "~0";
    else if (c == '/')
      out += "~1";
    else
      out += c;
  }
  return out;
}

/// What is wrong with a short text; empty if nothing is.
std::string fault_of_short(std::string_view text, std::size_t most) {
  if (text.empty() || text.size() > most)
    return range(1, most, "bytes");
  return has_control(text) ? "must not contain control characters" : std::string{};
}

}  // namespace

std::string fields::path_of(std::string_view place) const {
  std::string path{prefix_};
  path += '/';
  path += place;
  return path;
}

void fields::note(std::string_view place, std::string message) const {
  faults_.push_back({path_of(place), std::move(message)});
}

fields fields::within(const json_value& record, std::string_view place) const {
  return {record, path_of(place), faults_};
}

const json_value* fields::present(std::string_view name) const {
  const auto* x = record_.find(name);
  return x == nullptr || x->is == kind::null ? nullptr : x;
}

const json_value* fields::text_of(std::string_view name) const {
  const auto* x = present(name);
  if (x == nullptr || x->is == kind::string)
    return x;
  note(name, "must be text");
  return nullptr;
}

bool fields::has(std::string_view name) const {
  return present(name) != nullptr;
}

bool fields::need(std::string_view name) const {
  if (has(name))
    return true;
  note(name, "is required");
  return false;
}

std::string_view fields::either(std::string_view ours, std::string_view other) const {
  return !has(ours) && has(other) ? other : ours;
}

std::string fields::required_text(std::string_view name, std::size_t least,
                                  std::size_t most) const {
  const auto* x = need(name) ? text_of(name) : nullptr;
  if (x == nullptr)
    return {};
  if (x->text.size() < least || (x->text.size() > most && code_points(x->text) > most))
    note(name, range(least, most, "characters"));
  else if (x->text.find('\0') != std::string::npos)
    note(name, "must not contain U+0000");
  else
    return x->text;
  return {};
}

std::string fields::text(std::string_view name, std::size_t most) const {
  const auto* x = text_of(name);
  if (x == nullptr)
    return {};
  if (auto wrong = fault_of_short(x->text, most); !wrong.empty()) {
    note(name, std::move(wrong));
    return {};
  }
  return x->text;
}

std::string fields::id(std::string_view name) const {
  return text(name, max_id);
}

std::string fields::required_id(std::string_view name) const {
  return need(name) ? id(name) : std::string{};
}

std::string fields::id_or_empty(std::string_view name) const {
  const auto* x = present(name);
  return x != nullptr && x->is == kind::string && x->text.empty() ? std::string{} : id(name);
}

std::string fields::object(std::string_view name) const {
  const auto* x = present(name);
  if (x == nullptr)
    return {};
  if (x->is != kind::object)
    note(name, "must be an object");
  else if (x->text.size() > max_object)
    note(name, range(0, max_object, "bytes"));
  else
    return x->text;
  return {};
}

std::string fields::data(std::string_view name) const {
  auto text = object(name);
  for (const auto& place : places_of_zeros(text, max_unknown)) {
    note(std::string{name} + place, "must not contain U+0000");
    text.clear();
  }
  return text;
}

std::string fields::required_data(std::string_view name) const {
  return need(name) ? data(name) : std::string{};
}

std::optional<timestamp> fields::time(std::string_view name) const {
  const auto* x = text_of(name);
  if (x == nullptr)
    return {};
  const auto at = parse_rfc3339(x->text);
  if (!at)
    note(name, "must be a time such as 2026-02-20T10:30:00Z");
  return at;
}

std::optional<bool> fields::required_flag(std::string_view name) const {
  if (!need(name))
    return {};
  const auto* x = present(name);
  if (x->is == kind::boolean)
    return x->text == "true";
  note(name, "must be true or false");
  return {};
}

const std::vector<json_value>* fields::list(std::string_view name, std::size_t most) const {
  const auto* x = present(name);
  if (x == nullptr)
    return nullptr;
  if (x->is != kind::array)
    note(name, "must be a list");
  else if (x->more || x->items.size() > most)
    note(name, range(0, most, "elements"));
  else
    return &x->items;
  return nullptr;
}

void fields::refuse_unknown() const {
  for (const auto& name : record_.unknown)
    note(pointer_token(name), "is not known here");
}

std::optional<std::vector<std::string>> fields::texts(std::string_view name, std::size_t most,
                                                      std::size_t least,
                                                      const text_check& objection) const {
  const auto* x = present(name);
  if (x == nullptr)
    return {};
  if (x->is != kind::array) {
    note(name, "must be a list");
    return {};
  }
  std::vector<std::string> out;
  if (x->items.size() < least)
    note(name, "must have at least " + std::to_string(least) + " of them");
  if (x->more || x->items.size() > max_items) {
    note(name, range(0, max_items, "elements"));
    return {};
  }
  std::vector<std::string_view> seen;  // sorted
  for (std::size_t i = 0; i < x->items.size(); ++i) {
    const auto& item = x->items[i];
    auto wrong = item.is == kind::string ? fault_of_short(item.text, most) : "must be text";
    if (wrong.empty() && objection)
      wrong = objection(item.text);
    if (!wrong.empty()) {
      note(std::string{name} + '/' + std::to_string(i), std::move(wrong));
      continue;
    }
    const auto at = std::ranges::lower_bound(seen, std::string_view{item.text});
    if (at != seen.end() && *at == item.text)
      continue;
    seen.insert(at, item.text);
    out.push_back(item.text);
  }
  return out;
}

}  // namespace carillon::codec
