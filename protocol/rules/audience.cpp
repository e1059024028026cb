#include "protocol/rules/audience.hpp"

#include <algorithm>

namespace carillon::rules {

bool entitled(const principal& who, const audience& to) {
  if (to.personal())
    return to.user_id == who.subject;
  const auto has = [](const std::vector<std::string>& mine, const std::string& wanted) {
    return wanted.empty() || std::ranges::find(mine, wanted) != mine.end();
  };
  return has(who.roles, to.role) && has(who.stores, to.store_id);
}

}  // namespace carillon::rules
