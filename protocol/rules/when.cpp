#include "protocol/rules/when.hpp"

#include "protocol/rules/when_tree.hpp"

#include <algorithm>
#include <charconv>
#include <compare>

namespace carillon::rules {

namespace {

using nlohmann::json;

json text_or_null(const std::string& text) {
  return text.empty() ? json() : json(text);
}

/// 64 bits of mantissa: every integer of a JSON text is compared exactly.
long double number_of(const json& x) {
  if (x.is_number_unsigned())
    return static_cast<long double>(x.get<std::uint64_t>());
  if (x.is_number_integer())
    return static_cast<long double>(x.get<std::int64_t>());
  return static_cast<long double>(x.get<double>());
}

/// The order of two numbers or two texts; nothing else has one.
std::partial_ordering order(const json& a, const json& b) {
  if (a.is_number() && b.is_number())
    return number_of(a) <=> number_of(b);
  if (a.is_string() && b.is_string())
    return a.get_ref<const std::string&>() <=> b.get_ref<const std::string&>();
  return std::partial_ordering::unordered;
}

bool same(const json& a, const json& b) {
  return a.is_number() && b.is_number() ? number_of(a) == number_of(b) : a == b;
}

const json* step(const json& from, const std::string& name) {
  if (from.is_object()) {
    const auto found = from.find(name);
    return found == from.end() ? nullptr : &*found;
  }
  if (from.is_array()) {
    std::size_t index = 0;
    const auto [end, failed] = std::from_chars(name.data(), name.data() + name.size(), index);
    if (failed == std::errc{} && end == name.data() + name.size() && index < from.size())
      return &from[index];
  }
  return nullptr;
}

}  // namespace

when_facts::when_facts(const event& what) {
  auto facts = std::make_unique<tree>();
  auto data = json::parse(what.data, nullptr, false);
  facts->root = {{"type", what.type},
                 {"source", text_or_null(what.source)},
                 {"entity_id", text_or_null(what.entity_id)},
                 {"sub_id", text_or_null(what.sub_id)},
                 {"locale", text_or_null(what.locale)},
                 {"priority", what.priority ? json(to_string(*what.priority)) : json()},
                 {"data", data.is_discarded() ? json() : std::move(data)}};
  tree_ = std::move(facts);
}

when_facts::~when_facts() = default;

const json* when_operand::find(const json& root) const {
  if (path.empty())
    return &literal;
  const auto* at = &root;
  for (const auto& name : path)
    if ((at = step(*at, name)) == nullptr)
      return nullptr;
  return at;
}

bool when_node::test(const json& root) const {
  static const json absent;
  const auto holds = [&](const when_node& x) { return x.test(root); };
  const auto value = [&](std::size_t i) -> const json& {
    const auto* x = operands[i].find(root);
    return x == nullptr ? absent : *x;
  };
  switch (what) {
    case op::all:
      return std::ranges::all_of(children, holds);
    case op::any:
      return std::ranges::any_of(children, holds);
    case op::negate:
      return !holds(children.front());
    case op::truth:
      return value(0) == true;
    case op::exists:
      return operands.front().find(root) != nullptr;
    case op::equal:
      return same(value(0), value(1));
    case op::unequal:
      return !same(value(0), value(1));
    case op::less:
      return order(value(0), value(1)) < 0;
    case op::less_equal:
      return order(value(0), value(1)) <= 0;
    case op::greater:
      return order(value(0), value(1)) > 0;
    case op::greater_equal:
      return order(value(0), value(1)) >= 0;
    case op::in:
      break;
  }
  for (std::size_t i = 1; i < operands.size(); ++i)
    if (same(value(0), value(i)))
      return true;
  return false;
}

}  // namespace carillon::rules
