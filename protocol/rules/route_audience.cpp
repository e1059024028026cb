#include "protocol/rules/route_audience.hpp"

#include "protocol/query.hpp"
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

bool belongs(const recipient_facts& who, const audience& to) {
  const auto has = [](const std::vector<std::string>& all, const std::string& one) {
    return one.empty() || std::ranges::find(all, one) != all.end();
  };
  return who.listed && has(who.roles, to.role) && has(who.stores, to.store_id);
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

addressees addressees_of(const route& by, const event& what, const when_facts* facts,
                         const carillon::facts& known) {
  addressees out;
  if (!by.addresses.empty()) {
    for (const auto& address : by.addresses)
      out.who.push_back({kind::address, address});
    return out;
  }
  out.who = targets_of(by, what, facts);
  if (!by.to || by.to->personal() || by.to->broadcast())
    return out;
  std::vector<target> members;
  for (const auto& [user, about] : known) {
    if (!belongs(about, *by.to))
      continue;
    out.all = members.size() < most_members;
    if (!out.all)
      break;
    members.push_back({kind::user, user});
  }
  if (!members.empty())
    out.who = std::move(members);
  return out;
}

}  // namespace carillon::rules
