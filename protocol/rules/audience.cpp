#include "protocol/rules/audience.hpp"

#include <algorithm>

namespace carillon::rules {

bool entitled(const principal& who, const audience& to) {
  if (to.personal())
    return to.user_id == who.subject;
  return belongs(who.roles, who.stores, to);
}

bool belongs(const std::vector<std::string>& roles, const std::vector<std::string>& stores,
             const audience& to) {
  const auto has = [](const std::vector<std::string>& mine, const std::string& wanted) {
    return wanted.empty() || std::ranges::find(mine, wanted) != mine.end();
  };
  return has(roles, to.role) && has(stores, to.store_id);
}

}  // namespace carillon::rules
