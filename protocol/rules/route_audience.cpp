#include "protocol/rules/route_audience.hpp"

#include "protocol/rules/audience.hpp"
#include "protocol/rules/when_tree.hpp"

#include <algorithm>
#include <string_view>

namespace carillon::rules {

namespace {

using kind = target::kind;

/// A text, or a list of texts; anything else names nobody.
std::vector<target> named_in(const nlohmann::json* value) {
  std::vector<target> out;
  const auto add = [&](const nlohmann::json& x) {
    if (x.is_string() && !x.get_ref<const std::string&>().empty())
      out.push_back({kind::text, x.get<std::string>()});
  };
  if (value != nullptr && value->is_array())
    std::ranges::for_each(*value, add);
  else if (value != nullptr)
    add(*value);
  return out;
}

when_operand path_of(std::string_view text) {
  when_operand out;
  while (!text.empty()) {
    const auto name = text.substr(0, text.find('.'));
    out.path.emplace_back(name);
    text.remove_prefix(std::min(text.size(), name.size() + 1));
  }
  return out;
}

}  // namespace

std::vector<target> targets_of(const route& by, const event& what, const when_facts* facts) {
  if (by.to)
    return {by.to->personal() ? target{kind::user, by.to->user_id} : target{kind::group, {}}};
  std::vector<target> out;
  if (!by.audience_field.empty())
    out = named_in(path_of(by.audience_field).find(facts->root().root));
  else
    for (const auto& recipient : what.recipients)
      out.push_back({kind::text, recipient});
  if (out.empty())
    out.push_back({kind::nobody, {}});
  return out;
}

bool tells_group(const route& by) {
  return by.to && !by.to->personal() && !by.to->broadcast();
}

bool belongs(const recipient_facts& who, const audience& to) {
  return who.listed && belongs(who.roles, who.stores, to);
}

std::vector<target> addressees_of(const route& by, const event& what, const when_facts* facts,
                                  const carillon::facts& known) {
  std::vector<target> out;
  for (const auto& address : by.addresses)
    out.push_back({kind::address, address});
  if (out.empty() && tells_group(by))
    for (const auto& [user, about] : known)
      if (belongs(about, *by.to))
        out.push_back({kind::user, user});
  return out.empty() ? targets_of(by, what, facts) : out;
}

}  // namespace carillon::rules
